"""What the benches in Python know of processes: a free port for one, and what it and all below it took."""

import os
import pathlib
import socket


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(process):
    """Ids of a process and of all below it."""
    children = []
    try:
        for task in pathlib.Path(f"/proc/{process}/task").iterdir():
            children += (task / "children").read_text().split()
    except OSError:
        pass
    return [process] + [one for child in set(children) for one in family(int(child))]


def spent(process):
    """CPU seconds of a process, of all below it and of those that ended."""
    ticks = 0
    for one in family(process):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
