;;;; Compiles the peer: the arguments are its source and where the result goes. Any warning is an error.
(multiple-value-bind (output warned failed)
    (compile-file (second *posix-argv*) :output-file (third *posix-argv*))
  (sb-ext:exit :code (if (and output (not warned) (not failed)) 0 1)))
