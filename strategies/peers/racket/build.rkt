#lang racket/base
;; Compiles the peer where it is to lie: the arguments are its source and that folder.
(require compiler/cm racket/file racket/path)

(define-values (source folder)
  (let ([arguments (current-command-line-arguments)])
    (values (vector-ref arguments 0) (vector-ref arguments 1))))
(define copy (build-path folder (file-name-from-path source)))
(copy-file source copy)
(managed-compile-zo copy)
