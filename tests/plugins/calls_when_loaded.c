/* Calls the program that loads it while the loader holds its lock. */
void loading(void);

__attribute__((constructor)) static void call(void) {
    loading();
}
