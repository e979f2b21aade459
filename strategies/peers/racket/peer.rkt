#lang racket/base
;; The peer of Racket. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
(require ffi/unsafe json)

(define protocol 5)
(define first-value #x1234567) ; what key 0 is bound to; key n is bound to first-value + n
(define no-context 0)
(define not-set 1)
(define set 2)

;; A key is a number; those of the second manager begin at 1000.
(define (key number [manager 0]) (+ number (* 1000 manager)))

;; ---- Strategies. A context is an immutable hash, or #f. ----
;;
;; A read returns the answer and the value.

(struct strategy (current call-with scope read))

(define (look-up context key)
  (if context
      (let ([value (hash-ref context key #f)])
        (if value (values set value) (values not-set 0)))
      (values no-context 0)))

;; The context with so many of the benchmark's keys bound.
(define (bind-first first count context)
  (for/fold ([next (or context (hasheqv))]) ([number (in-range first (+ first count))])
    (hash-set next (key number) (+ first-value number))))

(define mark-key (make-continuation-mark-key 'context))
(define (mark-current) (continuation-mark-set-first #f mark-key #f))
(define (call-with-mark context body) (values (with-continuation-mark mark-key context (body))))
(define mark
  (strategy mark-current
            call-with-mark
            (lambda (first count body) (call-with-mark (bind-first first count (mark-current)) body))
            (lambda (key) (look-up (mark-current) key))))

(define parameter (make-parameter #f))
(define (call-with-parameter context body) (parameterize ([parameter context]) (body)))
(define parameters
  (strategy (lambda () (parameter))
            call-with-parameter
            (lambda (first count body) (call-with-parameter (bind-first first count (parameter)) body))
            (lambda (key) (look-up (parameter) key))))

(define cell (box first-value))
(define floor
  (strategy (lambda () #f)
            (lambda (context body) (body))
            (lambda (first count body) (body))
            (lambda (key) (values set (unbox cell)))))

(define strategies (hash "racket-mark" mark "racket-parameter" parameters "racket-floor" floor))

(define (current s) ((strategy-current s)))
(define (scope s first count body) ((strategy-scope s) first count body))
(define-syntax-rule (call-with s context body ...) ((strategy-call-with s) context (lambda () body ...)))

(define-syntax-rule (value-of read key)
  (let-values ([(answer value) (read key)]) value))

(define-syntax-rule (answer-of read key)
  (let-values ([(answer value) (read key)]) answer))

;; Calls the body so many calls further down; what `values` waits for is no tail call.
(define (descend depth body)
  (values (if (eqv? depth 0) (body) (descend (sub1 depth) body))))

;; ---- Workloads: each returns its checksum; its loop goes through `timed` ----

(define-syntax-rule (repeat-sum times form)
  (for/fold ([sum 0]) ([i (in-range times)]) (+ sum form)))

(define (get s timed iterations depth up)
  (define read (strategy-read s))
  (define wanted (key 0))
  (define (reads) (repeat-sum iterations (value-of read wanted)))
  (define (between scopes)
    (if (eqv? scopes 0)
        (descend depth (lambda () (timed reads)))
        (scope s 1 1 (lambda () (between (sub1 scopes))))))
  (scope s 0 1 (lambda () (between (sub1 up)))))

(define (miss s timed iterations depth scoped)
  (define read (strategy-read s))
  (define wanted (key 15))
  (define (reads) (repeat-sum iterations (add1 (answer-of read wanted))))
  (define (down) (descend depth (lambda () (timed reads))))
  (if (eqv? scoped 1) (scope s 0 1 down) (down)))

(define (with s timed iterations keys inside)
  (define bodies 0)
  (define (body) (set! bodies (add1 bodies)))
  (define (loop)
    (for ([i (in-range iterations)]) (scope s 0 keys body))
    bodies)
  (if (eqv? inside 1) (scope s 0 1 (lambda () (timed loop))) (timed loop)))

(define (nest s timed iterations scopes reads)
  (define read (strategy-read s))
  (define outermost (key 0))
  (define (level depth)
    (define own (key (sub1 depth)))
    (define sum (repeat-sum reads (+ (value-of read own) (value-of read outermost))))
    (if (< depth scopes)
        (+ sum (scope s depth 1 (lambda () (level (add1 depth)))))
        sum))
  (timed (lambda () (repeat-sum iterations (scope s 0 1 (lambda () (level 1)))))))

(define (spawn s timed iterations fanout fibers)
  (define read (strategy-read s))
  (define wanted (key 0))
  (define values-read (make-vector fanout 0))
  (define (start index)
    (define inherited (current s))
    (thread (lambda () (vector-set! values-read index (call-with s inherited (value-of read wanted))))))
  (define (loop)
    (repeat-sum iterations
                (let ([children (for/list ([index (in-range fanout)]) (start index))])
                  (for-each thread-wait children)
                  (for/fold ([sum 0]) ([value (in-vector values-read)]) (+ sum value)))))
  (scope s 0 1 (lambda () (timed loop))))

(define (handoff s timed iterations batch)
  (define read (strategy-read s))
  (define wanted (key 0))
  (define asker (current-thread))
  (define served 0)
  (define (serve)
    (for ([i (in-range (* iterations batch))])
      (thread-send asker (call-with s (unbox (thread-receive)) (value-of read wanted)))
      (set! served (add1 served))))
  (define server (thread serve))
  (define (ask)
    (repeat-sum iterations
                (begin
                  (for ([b (in-range batch)]) (thread-send server (box (current s))))
                  (repeat-sum batch (thread-receive)))))
  (define sum (scope s 0 1 (lambda () (timed ask))))
  (thread-wait server)
  (+ sum served))

;; By the names that a request has; the parameters of each, in the order in which its function takes them.
(define workloads
  (hash "get" (list get 'depth 'up) "miss" (list miss 'depth 'scope) "with" (list with 'keys 'inside)
        "nest" (list nest 'nest 'reads) "spawn" (list spawn 'fanout 'fibers) "handoff" (list handoff 'batch)))

;; ---- Scenarios: each returns when all is as wanted, and raises `broken` otherwise ----

(struct broken (reason))

(define (want s where number answer [value 0] [manager 0])
  (define-values (found got) ((strategy-read s) (key number manager)))
  (unless (and (eqv? found answer) (eqv? got value))
    (raise (broken (format "~a: found answer ~a with value ~a, wanted ~a with ~a" where found got answer value)))))

;; With these keys bound beside what is.
(define-syntax-rule (binding s ([number value] ...) body ...)
  (let* ([next (or (current s) (hasheqv))]
         [next (hash-set next number value)] ...)
    (call-with s next body ...)))

;; A thread of its own; `join` raises what it ended with.
(define-syntax-rule (in-thread body ...)
  (let ([raised #f])
    (define child (thread (lambda () (with-handlers ([void (lambda (reason) (set! raised reason))]) body ...))))
    (lambda ()
      (thread-wait child)
      (when raised (raise raised)))))

(define (prove-nest s)
  (want s "before any scope" 0 no-context)
  (binding s ([0 1])
    (binding s ([1 2])
      (want s "before the inner scope" 0 set 1)
      (binding s ([0 3])
        (want s "in the inner scope, its own key" 0 set 3)
        (want s "in the inner scope, the outer's other key" 1 set 2))
      (want s "after the inner scope" 0 set 1))
    (want s "after the middle scope, its key" 1 not-set))
  (want s "after all scopes" 0 no-context))

(define (prove-failing-body s)
  (define (body level)
    (when (eqv? level 5) (raise 'failure))
    (with-handlers ([symbol? (lambda (failure)
                               (want s "behind a body that failed" 0 set level)
                               (raise failure))])
      (binding s ([0 (add1 level)]) (body (add1 level)))))
  (with-handlers ([symbol? (lambda (failure) (want s "behind the outermost scope, whose body failed" 0 no-context))])
    (binding s ([0 1]) (body 1))
    (raise (broken "the failure of a body was lost"))))

(define (prove-three-answers s)
  (want s "outside of all scopes" 0 no-context)
  (call-with s (hasheqv) (want s "in the empty context" 0 not-set))
  (binding s ([0 0])
    (want s "a key bound to 0" 0 set 0)
    (want s "a key that is not bound" 1 not-set)
    (call-with s #f (want s "inside a scope whose context is none" 0 no-context))
    (want s "behind a scope whose context is none" 0 set 0)))

(define (prove-two-managers s)
  (binding s ([0 1] [1 5])
    (binding s ([(key 0 1) 2])
      (want s "the first manager's key" 0 set 1)
      (want s "the second manager's key" 0 set 2 1)
      (want s "a key of the first manager asked of the second" 1 not-set 0 1))
    (want s "the second manager's key after its scope" 0 not-set 0 1)))

(define (prove-deep s)
  (binding s ([0 1])
    (descend 10000 (lambda () (want s "10,000 calls below the scope" 0 set 1)))))

(define (reuse s first [pause void])
  (for ([round (in-range 300)])
    (define value (+ first (* 2 round)))
    (binding s ([1 (add1 value)])
      (binding s ([0 value] [(+ 2 (modulo round 2)) 7])
        (pause)
        (want s "in a scope opened again and again" 0 set value)
        (want s "around it" 1 set (add1 value))
        (want s "a key of the round before" (+ 2 (modulo (add1 round) 2)) not-set)))))

(define (prove-plain-child s)
  (binding s ([0 1])
    ((in-thread (want s "in a thread that is to inherit nothing" 0 no-context)))
    (want s "in the parent of a plain thread" 0 set 1)))

(define (prove-inherit s)
  (define may-read (make-semaphore))
  (binding s ([0 1])
    (let* ([inherited (current s)]
           [join (in-thread
                  (semaphore-wait may-read)
                  (call-with s inherited
                    (want s "in a thread that inherits, after its parent went on" 0 set 1)))])
      (binding s ([0 2]) (semaphore-post may-read))
      (join))))

(define (prove-handoff s)
  (define tasks (make-channel))
  (define join
    (in-thread
     (for ([wanted (in-range 1 33)])
       (call-with s (channel-get tasks) (want s "in a task on another thread" 0 set wanted))
       (want s "on a pool thread, between its tasks" 0 no-context))))
  (for ([value (in-range 1 33)])
    (binding s ([0 value]) (channel-put tasks (current s))))
  (join))

;; They take turns in the midst of their scopes.
(define (prove-many-threads s)
  (define joins
    (for/list ([rival (in-range 4)])
      (in-thread (reuse s (add1 (* 1000 rival)) (lambda () (sleep 0))))))
  (for ([join joins]) (join)))

(define scenarios
  (hash "nest" prove-nest "failing-body" prove-failing-body "three-answers" prove-three-answers
        "two-managers" prove-two-managers "deep" prove-deep "reuse" (lambda (s) (reuse s 1))
        "plain-child" prove-plain-child "inherit" prove-inherit "handoff" prove-handoff
        "many-threads" prove-many-threads))

;; ---- Samples: the loop, gone through once with so many iterations ----

(struct sample (took-ns cpu-ns switches checksum))

(define clock-gettime (get-ffi-obj "clock_gettime" #f (_fun _int _pointer -> _int)))
(define timespec (malloc 16 'raw))

(define (clock-ns clock)
  (void (clock-gettime clock timespec)) ; cannot fail: both arguments are good
  (+ (* (ptr-ref timespec _int64 0) 1000000000) (ptr-ref timespec _int64 1)))

;; A number in /proc/self/status.
(define (status name)
  (define line (regexp (string-append "^" name ":[ \t]*([0-9]+)")))
  (call-with-input-file "/proc/self/status"
    (lambda (in)
      (or (for/or ([text (in-lines in)])
            (define found (regexp-match line text))
            (and found (string->number (cadr found))))
          0))))

(define (switches) (status "nonvoluntary_ctxt_switches"))

(define (take run iterations)
  (define took-ns 0)
  (define cpu-ns 0)
  (define switched 0)
  (define (timed loop)
    (define switches-before (switches))
    (define cpu (clock-ns 2)) ; of the process
    (define began (clock-ns 1)) ; that nobody sets
    (define result (loop))
    (set! took-ns (- (clock-ns 1) began))
    (set! cpu-ns (- (clock-ns 2) cpu))
    (set! switched (- (switches) switches-before))
    result)
  (define checksum (modulo (run timed iterations) (expt 2 32)))
  (sample took-ns cpu-ns switched checksum))

;; How many iterations take about so long; and the time that finding out took.
(define (calibrate run seconds)
  (let try ([iterations 1] [spent 0])
    (define one (take run iterations))
    (define took (sample-took-ns one))
    (if (>= took (* seconds 1e9 1/4))
        (values (max 1 (inexact->exact (round (/ (* seconds 1e9 iterations) took)))) (+ spent took))
        (try (* 2 iterations) (+ spent took)))))

;; ---- Requests and answers ----

(define (measure s workload request)
  (define names (cdr workload))
  (define parameters (for/list ([name names]) (hash-ref (hash-ref request 'parameters) name)))
  (define pus (hash-ref request 'pus)) ; the process was bound to them before it began
  (define (run timed iterations) (apply (car workload) s timed iterations parameters))
  (define-values (iterations spent)
    (if (eqv? (hash-ref request 'iterations) 0)
        (calibrate run (hash-ref request 'sample_seconds))
        (values (hash-ref request 'iterations) 0)))
  (define samples (for/list ([i (in-range (hash-ref request 'samples))]) (take run iterations)))
  (define (each quantity [per 1]) (for/list ([one samples]) (/ (quantity one) per)))
  (define (times quantity per) (map exact->inexact (each quantity per)))
  (hasheq 'outcome "ok"
          'iterations iterations
          'linkage (format "Racket ~a, ~a" (version) (system-type 'vm))
          'measured_ms (* 1e-6 (apply + spent (each sample-took-ns)))
          'pus pus
          'samples (hasheq 'real_ns (times sample-took-ns iterations)
                           'cpu_ns (times sample-cpu-ns (* iterations (length pus)))
                           'involuntary_switches (each sample-switches))
          'checksums (each sample-checksum)
          'memory_peak_bytes (* 1024 (status "VmHWM"))))

(define (prove s scenario)
  (with-handlers ([broken? (lambda (found) (hasheq 'outcome "unproved" 'reason (broken-reason found)))])
    (scenario s)
    (hasheq 'outcome "held")))

(define (refuse outcome what name)
  (hasheq 'outcome outcome 'reason (format "this peer has no ~a \"~a\"" what name)))

(define (respond request)
  (define (named table member) (hash-ref table (hash-ref request member #f) #f))
  (define s (named strategies 'strategy))
  (define scenario (hash-ref request 'scenario #f))
  (define workload (named workloads 'workload))
  (cond
    [(not s) (refuse "failed" "strategy" (hash-ref request 'strategy))]
    [(and scenario (named scenarios 'scenario)) => (lambda (proof) (prove s proof))]
    [scenario (refuse "inapplicable" "scenario" scenario)]
    [(and workload (equal? (hash-ref request 'form) "throughput")) (measure s workload request)]
    [else (refuse "failed" "workload of that form," (hash-ref request 'workload))]))

(module+ main
  (define request (read-json))
  (unless (eqv? (hash-ref request 'protocol #f) protocol)
    (eprintf "found protocol version ~a, wanted ~a\n" (hash-ref request 'protocol #f) protocol)
    (exit 2))
  (write-json (hash-set* (respond request) 'protocol protocol 'case (hash-ref request 'case)))
  (newline))
