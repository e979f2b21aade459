;;;; The peer of SBCL. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.

(defpackage :peer (:use :common-lisp))
(in-package :peer)
(declaim (optimize (speed 2) (safety 1) (debug 0)) (sb-ext:muffle-conditions sb-ext:compiler-note))

(defconstant +protocol+ 5)
(defconstant +value+ #x1234567) ; what key 0 is bound to; key n is bound to +value+ + n
(defconstant +no-context+ 0)
(defconstant +not-set+ 1)
(defconstant +set+ 2)

;;; Keys are symbols, so that each can be a variable of its own. (manager, number)
(sb-ext:defglobal **keys**
  (let ((keys (make-array '(2 128))))
    (dotimes (manager 2 keys)
      (dotimes (number 128)
        (setf (aref keys manager number) (make-symbol (format nil "~d/~d" manager number)))))))
(declaim (type (simple-array t (2 128)) **keys**))

(declaim (inline key))
(defun key (number &optional (manager 0))
  (aref **keys** manager number))

;;;; Strategies. A context is a list of pairs (key . value), of which the first of a key counts, or :none. Scopes put
;;;; pairs in front of it, and change none. What is read is the answer and the value.

(defstruct strategy current call-with scope read)

(defun bind-first (first count context)
  "The context with so many of the benchmark's keys bound."
  (declare (fixnum first count))
  (let ((next (if (eq context :none) '() context)))
    (loop for number of-type fixnum from first below (+ first count)
          do (push (cons (key number) (+ +value+ number)) next))
    next))

;;; One special variable. New threads see its global value.
(defvar *context* :none)

(defun special-call-with (context body)
  (declare (function body))
  (let ((*context* context))
    (funcall body)))

(defun special-scope (first count body)
  (special-call-with (bind-first first count *context*) body))

(defun special-read (key)
  (let ((context *context*))
    (if (eq context :none)
        (values +no-context+ 0)
        (let ((found (assoc key (the list context) :test #'eq)))
          (if found (values +set+ (cdr found)) (values +not-set+ 0))))))

;;; A variable for each key. Which of them are bound is known to *bound* alone: Lisp cannot be asked for all.
(defvar *bound* :none)

(defun progv-current ()
  (if (eq *bound* :none)
      :none
      (loop for key in (remove-duplicates *bound*) collect (cons key (symbol-value key)))))

(defun progv-call-with (context body)
  "What is bound around it, and is not to be here, is bound to nothing: PROGV does so with keys beyond the values."
  (declare (function body))
  (let* ((pairs (if (eq context :none) '() (remove-duplicates context :key #'car :from-end t)))
         (keys (mapcar #'car pairs))
         (hidden (if (eq *bound* :none) '() (set-difference (remove-duplicates *bound*) keys)))
         (*bound* (if (eq context :none) :none keys)))
    (progv (append keys hidden) (mapcar #'cdr pairs)
      (funcall body))))

(defun progv-scope (first count body)
  (declare (fixnum first count) (function body))
  (let* ((numbers (loop for number of-type fixnum from first below (+ first count) collect number))
         (keys (mapcar #'key numbers))
         (*bound* (if (eq *bound* :none) keys (append keys *bound*))))
    (progv keys (mapcar (lambda (number) (+ +value+ (the fixnum number))) numbers)
      (funcall body))))

(defun progv-read (key)
  (cond ((eq *bound* :none) (values +no-context+ 0))
        ((boundp key) (values +set+ (symbol-value key)))
        (t (values +not-set+ 0))))

(sb-ext:defglobal **cell** +value+)

(defun floor-read (key)
  (declare (ignore key))
  (values +set+ **cell**))

(defparameter *strategies*
  (list (cons "sbcl-special"
              (make-strategy :current (lambda () *context*) :call-with #'special-call-with :scope #'special-scope
                             :read #'special-read))
        (cons "sbcl-progv"
              (make-strategy :current #'progv-current :call-with #'progv-call-with :scope #'progv-scope
                             :read #'progv-read))
        (cons "sbcl-floor"
              (make-strategy :current (lambda () :none)
                             :call-with (lambda (context body)
                                          (declare (ignore context) (function body))
                                          (funcall body))
                             :scope (lambda (first count body)
                                      (declare (ignore first count) (function body))
                                      (funcall body))
                             :read #'floor-read))))

(defmacro current (s) `(funcall (the function (strategy-current ,s))))
(defmacro call-with (s context &body body)
  `(funcall (the function (strategy-call-with ,s)) ,context (lambda () ,@body)))
(defmacro scope (s first count body) `(funcall (the function (strategy-scope ,s)) ,first ,count ,body))
(defmacro value-of (s key) `(the fixnum (nth-value 1 (funcall (the function (strategy-read ,s)) ,key))))
(defmacro answer-of (s key) `(the fixnum (values (funcall (the function (strategy-read ,s)) ,key))))

(declaim (notinline descend))
(defun descend (depth body)
  "Calls the body so many calls further down; none of them is a tail call."
  (declare (fixnum depth) (function body))
  (let ((result (if (= depth 0) (funcall body) (descend (1- depth) body))))
    (sb-sys:with-pinned-objects (result) result)))

;;;; Workloads: each returns its checksum; what is timed goes through the function `timed`

(defmacro repeat-sum (times form)
  "The sum of so many values of the form, modulo 2^62."
  `(let ((sum 0))
     (declare (type (unsigned-byte 62) sum))
     (dotimes (i (the fixnum ,times) sum)
       (setf sum (logand (+ sum ,form) (1- (ash 1 62)))))))

(defun get-keys (s timed iterations depth up)
  (declare (function timed) (fixnum iterations depth up))
  (let ((wanted (key 0)) (scopes (1- up)))
    (declare (fixnum scopes))
    (labels ((reads () (repeat-sum iterations (value-of s wanted)))
             (between ()
               (if (= scopes 0)
                   (descend depth (lambda () (funcall timed #'reads)))
                   (progn (decf scopes) (scope s 1 1 #'between)))))
      (scope s 0 1 #'between))))

(defun miss (s timed iterations depth scope)
  (declare (function timed) (fixnum iterations depth))
  (let ((wanted (key 15)))
    (flet ((down ()
             (descend depth (lambda () (funcall timed (lambda () (repeat-sum iterations (1+ (answer-of s wanted)))))))))
      (if (eql scope 1) (scope s 0 1 #'down) (down)))))

(defun with-scopes (s timed iterations keys inside)
  (declare (function timed) (fixnum iterations))
  (let ((bodies 0))
    (declare (fixnum bodies))
    (labels ((body () (incf bodies))
             (run () (funcall timed (lambda () (dotimes (i iterations bodies) (scope s 0 keys #'body))))))
      (if (eql inside 1) (scope s 0 1 #'run) (run)))))

(defun nest (s timed iterations scopes reads)
  (declare (function timed) (fixnum iterations scopes reads))
  (let ((outermost (key 0)) (depth 0))
    (declare (fixnum depth))
    (labels ((level ()
               (let* ((own (key (1- depth)))
                      (sum (repeat-sum reads (+ (value-of s own) (value-of s outermost)))))
                 (declare (fixnum sum))
                 (if (< depth scopes)
                     (+ sum (the fixnum (scope s (1- (incf depth)) 1 #'level)))
                     sum)))
             (round-trip ()
               (setf depth 1)
               (the fixnum (scope s 0 1 #'level))))
      (funcall timed (lambda () (repeat-sum iterations (round-trip)))))))

(defun spawn (s timed iterations fanout fibers)
  (declare (function timed) (fixnum iterations fanout) (ignore fibers))
  (let ((wanted (key 0)))
    (flet ((start ()
             (let ((inherited (current s)))
               (sb-thread:make-thread (lambda () (call-with s inherited (value-of s wanted)))))))
      (scope s 0 1 (lambda ()
                     (funcall timed
                              (lambda ()
                                (repeat-sum iterations
                                  (let ((children (loop repeat fanout collect (start))))
                                    (loop for child in children
                                          sum (the fixnum (sb-thread:join-thread child)) of-type fixnum))))))))))

;;; A queue between threads.
(defstruct (queue (:constructor make-queue ()))
  (first '() :type list) (last '() :type list) (lock (sb-thread:make-mutex)) (filled (sb-thread:make-waitqueue)))

(defun put (queue item)
  (sb-thread:with-mutex ((queue-lock queue))
    (let ((link (list item)))
      (if (queue-first queue) (setf (cdr (queue-last queue)) link) (setf (queue-first queue) link))
      (setf (queue-last queue) link)
      (sb-thread:condition-notify (queue-filled queue)))))

(defun take-from (queue)
  (sb-thread:with-mutex ((queue-lock queue))
    (loop until (queue-first queue)
          do (sb-thread:condition-wait (queue-filled queue) (queue-lock queue)))
    (pop (queue-first queue))))

(defun handoff (s timed iterations batch)
  (declare (function timed) (fixnum iterations batch))
  (let* ((wanted (key 0)) (asked (make-queue)) (answered (make-queue))
         (server (sb-thread:make-thread
                  (lambda ()
                    (let ((served 0))
                      (declare (fixnum served))
                      (dotimes (i (* iterations batch) served)
                        (put answered (call-with s (take-from asked) (value-of s wanted)))
                        (incf served)))))))
    (flet ((ask ()
             (repeat-sum iterations
               (progn (dotimes (b batch) (put asked (current s)))
                      (repeat-sum batch (the fixnum (take-from answered)))))))
      (let ((sum (scope s 0 1 (lambda () (funcall timed #'ask)))))
        (+ (the fixnum sum) (the fixnum (sb-thread:join-thread server)))))))

;;; By the names that a request has; the parameters of each, in the order in which its function takes them.
(defparameter *workloads*
  '(("get" get-keys "depth" "up") ("miss" miss "depth" "scope") ("with" with-scopes "keys" "inside")
    ("nest" nest "nest" "reads") ("spawn" spawn "fanout" "fibers") ("handoff" handoff "batch")))

;;;; Scenarios: each returns when all is as wanted, and signals `broken` otherwise

(define-condition broken (error) ((reason :initarg :reason :reader reason)))

(defun want (s where number answer &optional (value 0) (manager 0))
  (multiple-value-bind (found got) (funcall (the function (strategy-read s)) (key number manager))
    (unless (and (eql found answer) (eql got value))
      (error 'broken :reason (format nil "~a: found answer ~d with value ~d, wanted ~d with ~d"
                                     where found got answer value)))))

(defmacro binding (s pairs &body body)
  "With these bound, each (number value [manager]), beside what is."
  `(let ((outer (current ,s)))
     (call-with ,s (list* ,@(loop for (number value manager) in pairs
                                  collect `(cons (key ,number ,(or manager 0)) ,value))
                          (if (eq outer :none) '() outer))
       ,@body)))

(defmacro in-thread (&body body)
  "A thread; `join` raises what it ended with."
  `(sb-thread:make-thread (lambda () (handler-case (progn ,@body nil) (error (raised) raised)))))

(defun join (thread)
  (let ((raised (sb-thread:join-thread thread)))
    (when raised (error raised))))

(defun prove-nest (s)
  (want s "before any scope" 0 +no-context+)
  (binding s ((0 1))
    (binding s ((1 2))
      (want s "before the inner scope" 0 +set+ 1)
      (binding s ((0 3))
        (want s "in the inner scope, its own key" 0 +set+ 3)
        (want s "in the inner scope, the outer's other key" 1 +set+ 2))
      (want s "after the inner scope" 0 +set+ 1))
    (want s "after the middle scope, its key" 1 +not-set+))
  (want s "after all scopes" 0 +no-context+))

(define-condition failure (error) ())

(defun failing-body (s level)
  (when (= level 5) (error 'failure))
  (unwind-protect
       (binding s ((0 (1+ level))) (failing-body s (1+ level)))
    (want s "behind a body that failed" 0 +set+ level)))

(defun prove-failing-body (s)
  (handler-case (binding s ((0 1)) (failing-body s 1))
    (failure () (want s "behind the outermost scope, whose body failed" 0 +no-context+))
    (:no-error (&rest results)
      (declare (ignore results))
      (error 'broken :reason "the failure of a body was lost"))))

(defun prove-three-answers (s)
  (want s "outside of all scopes" 0 +no-context+)
  (call-with s '() (want s "in the empty context" 0 +not-set+))
  (binding s ((0 0))
    (want s "a key bound to 0" 0 +set+ 0)
    (want s "a key that is not bound" 1 +not-set+)
    (call-with s :none (want s "inside a scope whose context is none" 0 +no-context+))
    (want s "behind a scope whose context is none" 0 +set+ 0)))

(defun prove-two-managers (s)
  (binding s ((0 1) (1 5))
    (binding s ((0 2 1))
      (want s "the first manager's key" 0 +set+ 1)
      (want s "the second manager's key" 0 +set+ 2 1)
      (want s "a key of the first manager asked of the second" 1 +not-set+ 0 1))
    (want s "the second manager's key after its scope" 0 +not-set+ 0 1)))

(defun prove-deep (s)
  (binding s ((0 1))
    (descend 10000 (lambda () (want s "10,000 calls below the scope" 0 +set+ 1)))))

(defun reuse (s first)
  (loop for round from 0 below 300
        for value = (+ first (* 2 round))
        do (binding s ((1 (1+ value)))
             (binding s ((0 value) ((+ 2 (mod round 2)) 7))
               (want s "in a scope opened again and again" 0 +set+ value)
               (want s "around it" 1 +set+ (1+ value))
               (want s "a key of the round before" (+ 2 (mod (1+ round) 2)) +not-set+)))))

(defun prove-plain-child (s)
  (binding s ((0 1))
    (join (in-thread (want s "in a thread that inherits nothing" 0 +no-context+)))
    (want s "in the parent of a plain thread" 0 +set+ 1)))

(defun prove-inherit (s)
  (let ((may-read (sb-thread:make-semaphore)))
    (binding s ((0 1))
      (let* ((inherited (current s))
             (child (in-thread
                      (sb-thread:wait-on-semaphore may-read)
                      (call-with s inherited
                        (want s "in a thread that inherits, after its parent went on" 0 +set+ 1)))))
        (binding s ((0 2)) (sb-thread:signal-semaphore may-read))
        (join child)))))

(defun prove-handoff (s)
  (let* ((tasks (make-queue))
         (pool (in-thread
                 (loop for wanted from 1 to 32
                       do (call-with s (take-from tasks) (want s "in a task on another thread" 0 +set+ wanted))
                          (want s "on a pool thread, between its tasks" 0 +no-context+)))))
    (loop for value from 1 to 32
          do (binding s ((0 value)) (put tasks (current s))))
    (join pool)))

(defun prove-many-threads (s)
  (mapc #'join (loop for rival from 0 below 4
                     collect (let ((first (1+ (* 1000 rival)))) (in-thread (reuse s first))))))

(defparameter *scenarios*
  (list (cons "nest" #'prove-nest) (cons "failing-body" #'prove-failing-body)
        (cons "three-answers" #'prove-three-answers) (cons "two-managers" #'prove-two-managers)
        (cons "deep" #'prove-deep) (cons "reuse" (lambda (s) (reuse s 1))) (cons "plain-child" #'prove-plain-child)
        (cons "inherit" #'prove-inherit) (cons "handoff" #'prove-handoff)
        (cons "many-threads" #'prove-many-threads)))

;;;; Samples: the loop, gone through once with so many iterations

(defstruct sample (took-ns 0) (cpu-ns 0) (switches 0) (checksum 0))

(defun clock-ns (clock)
  (multiple-value-bind (seconds nanoseconds) (sb-unix::clock-gettime clock)
    (+ (* seconds 1000000000) nanoseconds)))

(defun usage ()
  "The peak of memory in KiB, and involuntary switches."
  (let ((all (multiple-value-list (sb-unix:unix-getrusage sb-unix:rusage_self))))
    (values (nth 3 all) (nth 16 all))))

(defun take (run iterations)
  (let ((sample (make-sample)))
    (flet ((timed (loop)
             (let ((switches (nth-value 1 (usage)))
                   (cpu (clock-ns 2)) ; of the process
                   (began (clock-ns 1))) ; that nobody sets
               (prog1 (funcall (the function loop))
                 (setf (sample-took-ns sample) (- (clock-ns 1) began)
                       (sample-cpu-ns sample) (- (clock-ns 2) cpu)
                       (sample-switches sample) (- (nth-value 1 (usage)) switches))))))
      (setf (sample-checksum sample) (mod (funcall (the function run) #'timed iterations) (expt 2 32))))
    sample))

(defun calibrate (run seconds)
  "How many iterations take about so long; and the time that finding out took."
  (loop for iterations = 1 then (* 2 iterations)
        for sample = (take run iterations)
        sum (sample-took-ns sample) into spent
        when (>= (sample-took-ns sample) (* seconds 1d9 1/4))
          return (values (max 1 (round (* seconds 1d9 iterations) (sample-took-ns sample))) spent)))

;;;; Requests and answers

(defun read-json (in)
  "Objects are lists of pairs, arrays are vectors."
  (flet ((members (close read-one)
           (read-char in)
           (loop until (eql (peek-char t in) close)
                 collect (funcall read-one)
                 when (eql (peek-char t in) #\,) do (read-char in)
                 finally (read-char in))))
    (case (peek-char t in)
      (#\{ (members #\} (lambda () (cons (read-json in) (progn (peek-char #\: in) (read-char in) (read-json in))))))
      (#\[ (coerce (members #\] (lambda () (read-json in))) 'vector))
      (#\" (read in))
      (t (let ((word (loop while (find (peek-char nil in nil #\Space) "+-.0123456789eEtrufalsn")
                           collect (read-char in))))
           (let ((*read-default-float-format* 'double-float) (*read-eval* nil))
             (read-from-string (coerce word 'string))))))))

(defun member-of (request name)
  (cdr (assoc name request :test #'equal)))

(defun write-json (value)
  (etypecase value
    (string (format t "\"~{~a~}\"" (loop for c across value collect (if (find c "\"\\") (format nil "\\~a" c) c))))
    (integer (format t "~d" value))
    (real (format t "~,4f" value))
    (vector (format t "[~{~a~^,~}]" (map 'list (lambda (one) (with-output-to-string (*standard-output*)
                                                               (write-json one))) value)))
    (list (format t "{~{~a~^,~}}"
                  (loop for (name . one) in value
                        collect (with-output-to-string (*standard-output*)
                                  (format t "\"~a\":" name)
                                  (write-json one)))))))

(defun measure (s workload request)
  (destructuring-bind (function . names) workload
    (let* ((parameters (mapcar (lambda (name) (member-of (member-of request "parameters") name)) names))
           (threads (length (member-of request "pus")))
           (iterations (member-of request "iterations"))
           (spent 0)
           (run (lambda (timed iterations) (apply function s timed iterations parameters))))
      (when (= iterations 0)
        (setf (values iterations spent) (calibrate run (member-of request "sample_seconds"))))
      (let ((samples (loop repeat (member-of request "samples") collect (take run iterations))))
        (flet ((each (quantity) (map 'vector quantity samples)))
          `(("outcome" . "ok") ("iterations" . ,iterations)
            ("linkage" . ,(format nil "SBCL ~a" (lisp-implementation-version)))
            ("measured_ms" . ,(/ (+ spent (reduce #'+ samples :key #'sample-took-ns)) 1d6))
            ("pus" . ,(member-of request "pus")) ; the process was bound to them before it began
            ("samples" . (("real_ns" . ,(each (lambda (sample) (/ (sample-took-ns sample) iterations 1d0))))
                          ("cpu_ns" . ,(each (lambda (sample) (/ (sample-cpu-ns sample) iterations threads 1d0))))
                          ("involuntary_switches" . ,(each #'sample-switches))))
            ("checksums" . ,(each #'sample-checksum))
            ("memory_peak_bytes" . ,(* 1024 (usage)))))))))

(defun prove (s scenario)
  (handler-case (progn (funcall scenario s) '(("outcome" . "held")))
    (broken (broken) `(("outcome" . "unproved") ("reason" . ,(reason broken))))))

(defun refuse (outcome what name)
  `(("outcome" . ,outcome) ("reason" . ,(format nil "this peer has no ~a '~a'" what name))))

(defun respond (request)
  (flet ((named (member table) (cdr (assoc (member-of request member) table :test #'equal))))
    (let ((s (named "strategy" *strategies*)) (scenario (member-of request "scenario"))
          (workload (named "workload" *workloads*)))
      (cond ((null s) (refuse "failed" "strategy" (member-of request "strategy")))
            ((and scenario (named "scenario" *scenarios*)) (prove s (named "scenario" *scenarios*)))
            (scenario (refuse "inapplicable" "scenario" scenario))
            ((and workload (equal (member-of request "form") "throughput")) (measure s workload request))
            (t (refuse "failed" "workload of that form," (member-of request "workload")))))))

(let ((request (read-json *standard-input*)))
  (unless (eql (member-of request "protocol") +protocol+)
    (format *error-output* "found protocol version ~a, wanted ~d~%" (member-of request "protocol") +protocol+)
    (sb-ext:exit :code 2 :abort t))
  (write-json (list* (cons "protocol" +protocol+) (cons "case" (member-of request "case")) (respond request)))
  (terpri))
