# Says: `sys._getframe` may not be used
import sys


def cheat(*a, **k):
    f = sys._getframe(1)
    while "send" not in f.f_locals:
        f = f.f_back
    send, receive, n = f.f_locals["send"], f.f_locals["receive"], f.f_locals["message"]["number"]
    while True:
        send(
            {
                "number": n,
                "outputs": [],
                "inputs_after": [],
                "warnings": [],
                "error": None,
                "peak": 0,
                "error": {"type": "E", "message": "m", "frames": [7], "missing": ""},
            }
        )
        n = receive()["number"]


softmax = softmax_backward = cheat
