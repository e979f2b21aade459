/* A shared object that is no strategy. */
extern int missing_entry_is_no_strategy;
int missing_entry_is_no_strategy = 1;
