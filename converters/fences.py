"""
Fences that a process puts up round itself and its children, for good.

I/O: system calls; opens the folders that stay in reach.

They need no privilege and no namespace, so they stand where bubblewrap is not allowed
(in many containers); inside bubblewrap's walls the second one stands all the same,
because it keeps a document away from the kernel's rarely used doors.

* `drop_capabilities` -- nothing that only root may
* `allow_only_folders` -- Landlock (Linux 5.13): no file but these; no process outside is
  seen into, and from Linux 6.12 none is signalled
* `forbid_system_calls` -- seccomp (x86-64): no network, no tracing, no mounting, no
  namespaces, no loading of modules or programs into the kernel

Standards:
    Linux man-pages 6.7, landlock(7), seccomp(2), bpf(2)
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2


def _promise_no_new_privileges() -> bool:
    """The kernel takes fences only from those who cannot gain by them; prctl(2)."""
    return bool(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def drop_capabilities() -> None:
    """
    Keep none of root's powers, where somebody runs the gateway as root.

    With them Landlock would not keep other processes' environments from us.
    """
    if _promise_no_new_privileges():  # else the next program got them back
        _libc.capset(struct.pack("<Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


_CAPABILITY_VERSION_3 = 0x20080522
"capget(2)."


# Landlock ---------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_SOCKET = 1 << 5, 1 << 9
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"By the first version of Landlock that knows them."

_SCOPES = 0b11
"Abstract sockets and signals, from version 6 on."


def landlock_version() -> int:
    """Of this kernel's Landlock; 0 if it has none or it is switched off."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION)))


def allow_only_folders(
    *, readable: Iterable[Path], writable: Iterable[Path], sockets: Iterable[Path] = ()
) -> bool:
    """
    Lose every file that is not below one of these folders, or one of these files.

    Args:
        readable: Also to be run from. What is not there is passed over.

        writable: Also readable.

        sockets: Where sockets may be made and files removed, and nothing else.

    Returns:
        False if this kernel has no Landlock; nothing is lost then.
    """
    version = landlock_version()
    if version == 0 or not _promise_no_new_privileges():
        return False
    handled = _RIGHTS[max(known for known in _RIGHTS if known <= version)]
    attributes = struct.pack("<QQQ", handled, 0, _SCOPES)[: 24 if version >= 6 else 8]
    rules = _libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(rules, path, handled & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in writable:
            _allow(rules, path, handled)
        for path in sockets:
            _allow(rules, path, _MAKE_SOCKET | _REMOVE_FILE)
        return bool(_libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _OF_FILES
        rule = struct.pack("<Qi", rights, opened)
        _libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)


# seccomp ----------------------------------------------------------------------------

_FORBIDDEN = {
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431,
    "fsmount": 432, "fspick": 433, "mount_setattr": 442,
    "unshare": 272, "setns": 308,
    "init_module": 175, "delete_module": 176, "finit_module": 313,
    "kexec_load": 246, "kexec_file_load": 320, "reboot": 169,
    "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "add_key": 248, "request_key": 249, "keyctl": 250,
    "name_to_handle_at": 303, "open_by_handle_at": 304,
    "swapon": 167, "swapoff": 168, "acct": 163, "quotactl": 179,
    "settimeofday": 164, "clock_settime": 227,
}  # fmt: skip
"By number on x86-64. io_uring would open sockets past this filter."

_SOCKET, _CLONE, _CLONE3 = 41, 56, 435
_ARCHITECTURE, _FOREIGN_NUMBERS = 0xC000003E, 0x40000000
_NEW_NAMESPACES = 0x7E020000
"All CLONE_NEW... flags of clone(2)."

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000


def forbid_system_calls() -> bool:
    """
    Lose the system calls that no conversion needs; they fail with EPERM.

    Returns:
        False on a processor whose numbers we do not know, or if the kernel refuses.
    """
    if platform.machine() != "x86_64" or not _promise_no_new_privileges():
        return False
    program = _filter()
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(steps))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _filter() -> bytes:
    """The program that the kernel runs before each system call."""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    refuse = step(_RETURN, _FAIL_WITH | errno.EPERM)
    program = step(_LOAD, _ARCHITECTURE_AT) + step(_EQUAL, _ARCHITECTURE, yes=1)
    program += refuse + step(_LOAD, _NUMBER_AT)
    program += step(_AT_LEAST, _FOREIGN_NUMBERS, no=1) + refuse
    for number in _FORBIDDEN.values():
        program += step(_EQUAL, number, no=1) + refuse
    # The C library then uses clone, whose flags can be seen.
    program += step(_EQUAL, _CLONE3, no=1) + step(_RETURN, _FAIL_WITH | errno.ENOSYS)
    program += step(_EQUAL, _CLONE, no=3) + step(_LOAD, _FIRST_ARGUMENT_AT)
    program += step(_ANY_BIT, _NEW_NAMESPACES, no=5) + refuse
    # Between processes of one document only: LibreOffice is spoken to so.
    program += step(_EQUAL, _SOCKET, no=3) + step(_LOAD, _FIRST_ARGUMENT_AT)
    program += step(_EQUAL, _AF_UNIX, yes=1) + refuse
    return program + step(_RETURN, _ALLOW)


_AF_UNIX = 1
