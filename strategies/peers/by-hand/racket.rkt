#lang racket/base
;; Reads and scopes of continuation marks in Racket's own tool, time-apply.

(define mark-key (make-continuation-mark-key 'context))
(define sum 0)

(define (read key)
  (define context (continuation-mark-set-first #f mark-key #f))
  (if context
      (let ([value (hash-ref context key #f)])
        (if value (values 2 value) (values 1 0)))
      (values 0 0)))

(define (scope first count body)
  (define around (or (continuation-mark-set-first #f mark-key #f) (hasheqv)))
  (define next
    (for/fold ([next around]) ([number (in-range first (+ first count))])
      (hash-set next number (+ #x1234567 number))))
  (values (with-continuation-mark mark-key next (body))))

;; The best of five rounds.
(define (measure what times step)
  (define best
    (for/fold ([best +inf.0]) ([round (in-range 5)])
      (define-values (results cpu real gc) (time-apply step (list times)))
      (min best real)))
  (printf "~a ~a\n" what (/ (* best 1e6) times)))

(define (reads times)
  (for ([i (in-range times)])
    (define-values (answer value) (read 0))
    (set! sum (+ sum value))))

(define (scopes times)
  (for ([i (in-range times)]) (scope 0 1 (lambda () (set! sum (add1 sum))))))

(scope 0 1 (lambda () (measure "read" 2000000 reads)))
(measure "scope" 1000000 scopes)
