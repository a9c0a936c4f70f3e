"""What stands between a student's file and the machine.

rules    what an answer may not do, found by reading it
runner   the parent's side: a student's file in a worker, the clock, the end of it
ended    how a worker ended, in a sentence
spawn    starts workers, and keeps one warm
held     what of the fence the kernel held
unfenced the same without a worker, where no process can be started
worker   the child's side: the process a student's file runs in
fence    refuses, inside the worker, what the rules forbid
in_process runs a module of ours in this process
execute  runs one request on one module and records what came of it
pipe     framed bytes between the two, never past a deadline
wire     the plain-data encoding of what goes over the pipe
"""
