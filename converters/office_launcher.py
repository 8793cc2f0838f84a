"""
LibreOffice's side of `office`: starts it, then answers requests until told to stop.

I/O: one LibreOffice process; requests on standard input, answers on standard output.

Runs under Debian's own Python, which has LibreOffice's bridge, inside the sandbox. A
request is a line of JSON and the document; an answer a line of JSON and the PDF.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

import uno
import unoserver
from com.sun.star.beans import PropertyValue
from com.sun.star.uno import Exception as UnoError
from unoserver.converter import UnoConverter

from converters.sandbox import shut_in

START_SECONDS = 30.0
"A cold start takes 1 to 3 s; a machine under load may need more."

POLL_SECONDS = 0.02

MAX_TEMPORARY_BYTES = 256 * 1024**2


class _Converter(UnoConverter):  # type: ignore[misc] # unoserver has no types
    """
    unoserver's converter, over a named pipe and with our properties for loading.

    Its own start-up sleeps for seconds and listens on TCP, and it loads documents
    visibly: the -nogui packages of Calc crash on that, and every document may fetch
    what it links to.
    """

    def __init__(self, pipe: str) -> None:
        self.temp_dir = tempfile.gettempdir()
        self._export_filters = None
        self._import_filters = None
        self.local_context = uno.getComponentContext()
        create = self.local_context.ServiceManager.createInstanceWithContext
        resolver = create("com.sun.star.bridge.UnoUrlResolver", self.local_context)
        self.context = resolver.resolve(
            f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
        )
        self.service = self.context.ServiceManager
        create = self.service.createInstanceWithContext
        self.desktop = _Desktop(create("com.sun.star.frame.Desktop", self.context))
        self.filter_service = create(
            "com.sun.star.document.FilterFactory", self.context
        )
        self.type_service = create("com.sun.star.document.TypeDetection", self.context)


class _Desktop:
    """LibreOffice's desktop, loading documents so that they do nothing."""

    def __init__(self, desktop: Any) -> None:
        self._desktop = desktop

    def loadComponentFromURL(self, url: str, frame: str, flags: int, given: Any) -> Any:
        """Load hidden, without macros, without fetching or updating anything."""
        ours = {
            "Hidden": True,
            "MacroExecutionMode": 0,  # MacroExecMode.NEVER_EXECUTE
            "UpdateDocMode": 0,  # UpdateDocMode.NO_UPDATE
            "Silent": True,
            "RepairPackage": False,
        }
        properties = [PropertyValue(Name=key, Value=ours[key]) for key in ours]
        document = self._desktop.loadComponentFromURL(
            url, frame, flags, (*given, *properties)
        )
        # 0 hides deleted text of tracked changes and its strike-through; only text
        # documents know it.
        with contextlib.suppress(AttributeError, UnoError):
            document.setPropertyValue("RedlineDisplayType", 0)
        with contextlib.suppress(UnoError):
            if document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                _fit_tables(document)
        return document

    def ask(self) -> None:
        """Make a call that only a live LibreOffice answers."""
        self._desktop.getCurrentComponent()


def _fit_tables(document: Any) -> None:
    """
    Print each table in the width of the page, a wide one across; no "Sheet 1" on top.

    A table that would become unreadable is cut into as many strips as keep half its
    size.
    """
    pages = document.getStyleFamilies().getByName("PageStyles")
    across: dict[str, int] = {}
    for sheet in document.getSheets():
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = min(cursor.getRangeAddress().EndColumn, MAX_COLUMNS)
        columns = sheet.getColumns()
        width = sum(
            columns.getByIndex(number).Width
            for number in range(last + 1)
            if columns.getByIndex(number).IsVisible
        )
        across[sheet.PageStyle] = max(width, across.get(sheet.PageStyle, 0))
    for name, width in across.items():
        page = pages.getByName(name)
        if page.HeaderIsOn and _says_nothing(page.RightPageHeaderContent):
            page.HeaderIsOn = False
        if page.FooterIsOn and _says_nothing(page.RightPageFooterContent):
            page.FooterIsOn = False
        margins = page.LeftMargin + page.RightMargin
        if width > page.Width - margins and not page.IsLandscape:
            page.IsLandscape = True
            page.Width, page.Height = page.Height, page.Width
        page.ScaleToPagesX = -(-width // (2 * (page.Width - margins))) or 1
        page.ScaleToPagesY = 0


def _says_nothing(content: Any) -> bool:
    """Tell whether a head or foot is the one LibreOffice puts there by itself."""
    beside = content.LeftText.String + content.RightText.String
    return not beside and content.CenterText.String in ("", "???", "Page 1", "Page #")


MAX_COLUMNS = 200
"Looked at for a table's width; further right it is strips anyway."


def main() -> None:
    """Start LibreOffice, say that it is ready, answer until the input ends."""
    memory_bytes = int(sys.argv[1])
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, 2 * memory_bytes),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_FSIZE, MAX_TEMPORARY_BYTES),
    ):
        resource.setrlimit(what, (most, most))
    shut_in(Path(__file__).parent, Path(unoserver.__file__).parent)
    # Nothing but answers may reach our output.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    folder = Path(tempfile.mkdtemp(prefix="office-"))
    office = _start(folder)
    try:
        office, converter = _connect(office, folder)
        _say(answers, {"ready": True, "pid": office.pid})
        for line in sys.stdin.buffer:
            request = json.loads(line)
            content = sys.stdin.buffer.read(request["bytes"])
            _answer(converter, request["office_filter"], content, folder, answers)
    finally:
        office.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _answer(
    converter: _Converter,
    office_filter: str,
    content: bytes,
    folder: Path,
    answers: BinaryIO,
) -> None:
    source, target = folder / "document", folder / "document.pdf"
    source.write_bytes(content)
    try:
        converter.convert(
            inpath=str(source), outpath=str(target), infiltername=office_filter
        )
        pdf = target.read_bytes()
    except (UnoError, RuntimeError, OSError, AttributeError) as error:
        # The document's fault, or a LibreOffice that died: the bridge turns both
        # into any of these. A dead one raises again here, which ends this launcher.
        converter.desktop.ask()
        _say(answers, {"failed": type(error).__name__})
        return
    finally:
        for path in folder.glob("document*"):
            path.unlink()
    _say(answers, {"bytes": len(pdf)}, pdf)


def _say(answers: BinaryIO, answer: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(answer).encode() + b"\n" + body)
    answers.flush()


def _start(folder: Path) -> subprocess.Popen[bytes]:
    user = folder / "profile" / "user"
    if not user.exists():
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_SETTINGS)
    # soffice.bin itself: the script before it only restarts what crashed, and we
    # want to know.
    program = "/usr/lib/libreoffice/program/soffice.bin"
    if not Path(program).exists():
        program = "soffice"
    return subprocess.Popen(
        [
            program,
            "--headless",
            "--invisible",
            "--nologo",
            "--nodefault",
            "--norestore",
            "--nofirststartwizard",
            f"-env:UserInstallation={user.parent.as_uri()}",
            f"--accept=pipe,name={folder.name};urp;StarOffice.ComponentContext",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_launcher,  # safe: no thread runs here
    )


def _die_with_launcher() -> None:
    """Where no sandbox falls with its first process, nothing else would end it."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def _connect(
    office: subprocess.Popen[bytes], folder: Path
) -> tuple[subprocess.Popen[bytes], _Converter]:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return office, _Converter(folder.name)
        except UnoError:
            if office.poll() == _START_ME_AGAIN:
                office = _start(folder)
            elif office.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(POLL_SECONDS)


_START_ME_AGAIN = 81
"LibreOffice's exit status after it has set up a new profile."


def _setting(path: str, name: str, value: str) -> str:
    return (
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}"'
        f' oor:op="fuse"><value>{value}</value></prop></item>'
    )


_SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items'
    ' xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    + _setting("Setup/L10N", "ooSetupSystemLocale", "fr-FR")
    + _setting("Office.Common/Security/Scripting", "DisableMacrosExecution", "true")
    + _setting("Office.Common/Security/Scripting", "MacroSecurityLevel", "3")
    + _setting("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true")
    + _setting("Office.Writer/Content/Update", "Link", "0")
    + _setting("Office.Java/VirtualMachine", "Enable", "false")
    + "</oor:items>"
)
"The network and the home are behind the sandbox's walls; this is the second door."


if __name__ == "__main__":
    main()
