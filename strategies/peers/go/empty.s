// Functions without a body, which others define, are only accepted beside a file in assembly.
