"""What stands between a student's file and the machine.

rules    what an answer may not do, found by reading it
runner   the parent's side: starts a worker, keeps the clock, ends it
unfenced the same without a worker, where no process can be started
worker   the child's side: the process a student's file runs in
fence    refuses, inside the worker, what the rules forbid
execute  runs one request on one module and records what came of it
pipe     framed bytes between the two, never past a deadline
wire     the plain-data encoding of what goes over the pipe
"""
