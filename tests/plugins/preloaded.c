/* To be preloaded: does nothing but to be there. */
int preloaded_is_here(void);

int preloaded_is_here(void) {
    return 1;
}
