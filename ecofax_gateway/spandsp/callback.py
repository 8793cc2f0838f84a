"""
From libspandsp's callbacks to a Python object.

No exception travels through C: it is logged, and the procedure ends with an error
code. Nothing may be freed in here.
"""

from typing import Protocol

from . import log
from ._spandsp import ffi, lib
from .results import Completion


class Listener(Protocol):
    """Who hears what one terminal does; called inside `advance` and the like."""

    def on_frame(self, incoming: bool, frame: bytes) -> None:
        """A control frame, before it takes effect; none that carries image."""
        ...

    def on_phase_b(self, fcf: int) -> int:
        """The far end's capabilities are known; a completion code but 0 refuses."""
        ...

    def on_phase_d(self, fcf: int) -> None:
        """A page was answered."""
        ...

    def on_phase_e(self, code: int) -> None:
        """The procedure has a result."""
        ...


def handle_of(listener: Listener) -> ffi.CData:
    """What C keeps of *listener*; the caller keeps it alive."""
    return ffi.new_handle(listener)


def attach(t30: ffi.CData, handle: ffi.CData) -> None:
    """Have a `t30_state_t *` speak to the listener of *handle*."""
    lib.t30_set_phase_b_handler(t30, lib.ecofax_on_phase_b, handle)
    lib.t30_set_phase_d_handler(t30, lib.ecofax_on_phase_d, handle)
    lib.t30_set_phase_e_handler(t30, lib.ecofax_on_phase_e, handle)
    lib.t30_set_real_time_frame_handler(t30, lib.ecofax_pass_frame, handle)


def _listener(user_data: ffi.CData) -> Listener:
    listener: Listener = ffi.from_handle(user_data)
    return listener


def _on_phase_b(t30: ffi.CData, user_data: ffi.CData, fcf: int) -> int:
    return _listener(user_data).on_phase_b(fcf)


def _on_phase_d(t30: ffi.CData, user_data: ffi.CData, fcf: int) -> int:
    _listener(user_data).on_phase_d(fcf)
    return 0


def _on_phase_e(t30: ffi.CData, user_data: ffi.CData, code: int) -> None:
    _listener(user_data).on_phase_e(code)


def _on_frame(
    t30: ffi.CData, user_data: ffi.CData, incoming: int, msg: ffi.CData, length: int
) -> None:
    _listener(user_data).on_frame(bool(incoming), bytes(ffi.buffer(msg, length)))


for _name, _function, _error in (
    ("ecofax_on_phase_b", _on_phase_b, int(Completion.FILE_UNREADABLE)),
    ("ecofax_on_phase_d", _on_phase_d, 0),
    ("ecofax_on_phase_e", _on_phase_e, None),
    ("ecofax_on_frame", _on_frame, None),
):
    ffi.def_extern(name=_name, error=_error, onerror=log.report_bug)(_function)
