;;;; Reads and scopes of a special variable in SBCL's own tool, CALL-WITH-TIMING.
(declaim (optimize (speed 2) (safety 1) (debug 0)) (sb-ext:muffle-conditions sb-ext:compiler-note))

(defvar *context* :none)
(sb-ext:defglobal **sum** 0)
(declaim (type fixnum **sum**))

(defun look-up (key)
  (let ((context *context*))
    (if (eq context :none)
        (values 0 0)
        (let ((found (assoc key (the list context) :test #'eq)))
          (if found (values 2 (cdr found)) (values 1 0))))))

(sb-ext:defglobal **keys** (vector 'first 'second))

(defun scope (first count body)
  (declare (function body) (fixnum first count))
  (let ((next (if (eq *context* :none) '() *context*)))
    (loop for number of-type fixnum from first below (+ first count)
          do (push (cons (svref **keys** number) (+ #x1234567 number)) next))
    (let ((*context* next))
      (funcall body))))

(defun measure (what times step)
  "The best of ten rounds."
  (declare (function step))
  (let ((best nil))
    (dotimes (round 10)
      (let ((took nil))
        (sb-ext:call-with-timing (lambda (&key real-time-ms &allow-other-keys) (setf took real-time-ms)) step)
        (when (or (null best) (< took best)) (setf best took))))
    (format t "~a ~,3f~%" what (/ (* best 1d6) times))))

(declaim (notinline look-up scope))
(defun main ()
  (let ((times 5000000))
    (scope 0 1 (lambda ()
             (measure "read" times
                      (lambda ()
                        (dotimes (i times)
                          (setf **sum** (logand most-positive-fixnum
                                                (+ **sum** (the fixnum (nth-value 1 (look-up 'first)))))))))))
    (measure "scope" times
             (lambda () (dotimes (i times) (scope 0 1 (lambda () (setf **sum** (logand most-positive-fixnum
                                                                                    (1+ **sum**))))))))))
(main)
