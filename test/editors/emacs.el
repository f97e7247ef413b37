;;; What somebody does in Emacs with eglot, without a screen: waits for diagnostics, asks what stands at point, lists the code actions
;;; there and applies one.  -*- lexical-binding: t -*-
;; usage: emacs --batch -l INIT -l emacs.el, with DEVRES_LENS_FILE, DEVRES_LENS_ANSWERS (a file to write), DEVRES_LENS_AT (text to go to)
;; and DEVRES_LENS_FIX (beginning of a title) in the environment.

(require 'json)
(require 'seq)

(defvar devres-lens-answers nil "What was seen, as an alist.")

(defun devres-lens-answer (name value)
  (push (cons name value) devres-lens-answers))

(defun devres-lens-wait (what ready)
  "Handle messages of the server until READY says something, which is returned."
  (let ((end (+ (float-time) 60)) (found nil))
    (while (not (or (setq found (funcall ready)) (> (float-time) end)))
      (accept-process-output nil 0.05))
    (or found (error "No %s" what))))

(defun devres-lens-choose (_prompt collection &rest _)
  "Take the fix that the test asked for, as a user would in the minibuffer."
  (let ((titles (all-completions "" collection)))
    (devres-lens-answer 'actions (vconcat titles))
    (seq-find (lambda (title) (string-prefix-p (getenv "DEVRES_LENS_FIX") title)) titles)))

(defun devres-lens-run ()
  (find-file (getenv "DEVRES_LENS_FILE"))
  (call-interactively #'eglot)
  (let ((found (devres-lens-wait "diagnostics" #'flymake-diagnostics)))
    (devres-lens-answer
     'diagnostics
     (vconcat (mapcar (lambda (diagnostic)
                        `((message . ,(flymake-diagnostic-text diagnostic))
                          (line . ,(line-number-at-pos (flymake-diagnostic-beg diagnostic)))))
                      found))))
  (goto-char (point-min))
  (search-forward (getenv "DEVRES_LENS_AT"))
  (goto-char (match-beginning 0))
  ;; eglot answers only where the buffer is shown.
  (set-window-buffer (selected-window) (current-buffer))
  (let ((hover nil))
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover (or text hover))))
    (devres-lens-answer 'hover (substring-no-properties (devres-lens-wait "hover" (lambda () hover)))))
  (cl-letf (((symbol-function 'completing-read) #'devres-lens-choose)
            ((symbol-function 'y-or-n-p) (lambda (&rest _) t))
            ;; Asked for by key, not by mouse.
            (last-nonmenu-event ?x))
    (call-interactively #'eglot-code-actions))
  ;; Without a screen Emacs is never idle, which is when eglot sends changes; saving sends them too.
  (save-some-buffers t)
  (devres-lens-wait "end of the findings" (lambda () (null (flymake-diagnostics))))
  (devres-lens-answer 'text (buffer-substring-no-properties (point-min) (point-max))))

(condition-case failure
    (devres-lens-run)
  (error (devres-lens-answer 'failure (error-message-string failure))))
(with-temp-file (getenv "DEVRES_LENS_ANSWERS")
  (insert (json-encode devres-lens-answers)))
;; A buffer that was changed is not to be asked about.
(kill-emacs 0)
