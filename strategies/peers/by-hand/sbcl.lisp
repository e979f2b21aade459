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

(defun scope (body)
  (declare (function body))
  (let ((*context* (acons 'first #x1234567 (if (eq *context* :none) '() *context*))))
    (funcall body)))

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
    (scope (lambda ()
             (measure "read" times
                      (lambda ()
                        (dotimes (i times)
                          (setf **sum** (logand most-positive-fixnum
                                                (+ **sum** (the fixnum (nth-value 1 (look-up 'first)))))))))))
    (measure "scope" times
             (lambda () (dotimes (i times) (scope (lambda () (setf **sum** (logand most-positive-fixnum
                                                                                    (1+ **sum**))))))))))
(main)
