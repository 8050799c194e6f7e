"""Reading and screening from the outside: the sandbox first, then third-party detectors.

The sandbox extracts, checks for markings and runs the built-in detectors (`hooks/reading.py`). Only the
texts of a submission whose marking check was concluded without a marking come back, and only those are
shown to third-party detectors, each in its plugin's process. A sandbox that fails is a doubt about every
file, never a clear answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks import registry
from disclosure_pipeline.hooks.canary import required_detectors
from disclosure_pipeline.hooks.contracts import PartText, Reading, SourceFile
from disclosure_pipeline.hooks.loading import BUILTIN
from disclosure_pipeline.hooks.record import Record, concerns, examine, missing, sealed, unread
from disclosure_pipeline.model.amendment import guards_of
from disclosure_pipeline.model.finding import Fault, Screening
from disclosure_pipeline.model.text import Doubt, Text

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.editing import Copy
    from disclosure_pipeline.hooks.forked import ForkedSandbox
    from disclosure_pipeline.hooks.page_pictures import Letters
    from disclosure_pipeline.hooks.roster import Roster
    from disclosure_pipeline.hooks.sandbox import Sandbox
    from disclosure_pipeline.hooks.stages import ShownPicture, Wording
    from disclosure_pipeline.model.boxes import Box
    from disclosure_pipeline.model.policy import RuleBook
    from disclosure_pipeline.settings.models import Settings

_PAGES = "builtin.public.pages.job"
_PICTURES = "builtin.public.pictures.job"

_READ_AGAIN = Fault(
    "sandbox.retried",
    "extract",
    "The process that read the files crashed; it was started anew and read them once more.",
    "同一文件反复出现时，请管理员查看日志；读取结果以第二次为准。",
)
_SCREENED_AGAIN = Fault(
    "sandbox.retried",
    "screen",
    "The process that screened the texts crashed; it was started anew and screened them once more.",
    "同一文件反复出现时，请管理员查看日志；检查结果以第二次为准。",
)


class Screener:
    """Reads and screens with the sandbox and the third-party detectors of one process.

    Args:
        settings: the settings.
        rulebook: all rules in force.
        roster: what is loaded in this process.
        sandbox: where files are read; ``None`` inside the sandbox, which has no other one.
    """

    def __init__(
        self, settings: Settings, rulebook: RuleBook, roster: Roster, sandbox: Sandbox | ForkedSandbox | None
    ):
        self._settings = settings
        self._rulebook = rulebook
        self._roster = roster
        self._sandbox = sandbox

    def read(self, files: Sequence[SourceFile], released: frozenset[str]) -> Reading:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.read`."""
        retried: list[Fault] = []
        try:
            reading: Reading = self._run(
                "read_files", tuple(files), released, on_retry=lambda: retried.append(_READ_AGAIN)
            )
        except DisclosureError as error:
            screening, faults = self._unread(files, error)
            return Reading((), screening, (*retried, *faults))
        reading = replace(reading, faults=(*retried, *reading.faults))
        if reading.marked:
            return reading
        digests = {file.position: file.sha256 for file in files}
        record = self._ask_others(reading.texts, released, digests)
        record.findings += reading.screening.findings
        record.doubts[:0] = reading.screening.doubts
        faults = (*reading.faults, *record.faults)
        complete = Reading(reading.texts, record.screening(self._rulebook.version), faults)
        return sealed(complete) if complete.screening.marked else complete

    def extract(self, file: SourceFile) -> Text:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.extract`."""
        text: Text = self._run("extract_file", file)
        return text

    def edit(self, file: SourceFile, *, annotate: bool) -> Copy:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.edit`."""
        copy: Copy = self._run("annotate_file" if annotate else "clean_file", file, module="hooks.editing")
        return copy

    def letters(self, file: SourceFile, media_type: str, pages: tuple[int, ...]) -> Mapping[int, Letters]:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.letters`."""
        letters: Mapping[int, Letters] = self._run("letters", file, media_type, pages, module=_PAGES)
        return letters

    def reprint(
        self,
        file: SourceFile,
        media_type: str,
        struck: Mapping[int, tuple[Box, ...]],
        *,
        drawn: bool,
        wording: Wording,
    ) -> bytes:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.reprint`."""
        data: bytes = self._run("reprint", file, media_type, dict(struck), drawn, wording, module=_PAGES)
        return data

    def pictures(self, file: SourceFile, media_type: str) -> tuple[ShownPicture, ...]:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.pictures`."""
        limits = self._settings.extraction.model_dump()
        found: tuple[ShownPicture, ...] = self._run("pictures", file, media_type, limits, module=_PICTURES)
        return found

    def screen(
        self, texts: Sequence[PartText], released: frozenset[str], digests: Mapping[int, str]
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.screen`."""
        retried: list[Fault] = []
        try:
            screening, faults = self._run(
                "screen_texts", tuple(texts), released, dict(digests),
                on_retry=lambda: retried.append(_SCREENED_AGAIN),
            )  # fmt: skip
        except DisclosureError as error:
            screening, faults = self._unread(texts, error)
            return screening, (*retried, *faults)
        record = self._ask_others(() if screening.marked else texts, released, digests)
        record.bare_markings()
        record.findings += screening.findings
        record.doubts[:0] = screening.doubts
        return record.screening(self._rulebook.version), (*retried, *faults, *record.faults)

    def look_for(
        self, texts: Sequence[PartText], kinds: tuple[str, ...]
    ) -> tuple[Screening, tuple[Fault, ...]]:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.look_for`."""
        try:
            screening, faults = self._run("look_for_kinds", tuple(texts), kinds)
        except DisclosureError as error:
            return self._unread(texts, error)
        record = self._ask_others(texts, frozenset(), {}, kinds)
        record.bare_markings()
        record.findings += screening.findings
        record.doubts[:0] = screening.doubts
        return record.screening(self._rulebook.version), (*faults, *record.faults)

    def _ask_others(
        self,
        texts: Sequence[PartText],
        released: frozenset[str],
        digests: Mapping[int, str],
        kinds: Sequence[str] | None = None,
    ) -> Record:
        """What third-party detectors say; those that are required or known but not there are doubts.

        Args:
            texts: the text of each part.
            released: keys of markings that do not count.
            digests: sha256 of each part's bytes by position.
            kinds: only detectors that can find these kinds, and of their findings these; ``None`` for all.
        """
        record = Record()
        detectors = {name: found.item for name, found in self._roster.of(registry.DETECTORS).items()}
        record.doubts += [missing(name) for name in self._wanted() if name not in detectors]
        for part in texts:
            for name, detector in detectors.items():
                wanted = kinds is None or not set(kinds).isdisjoint(detector.kinds)
                if wanted and concerns(detector, part):
                    examine(detector, name, part, record)
        if kinds is not None:
            record.findings = [item for item in record.findings if item.kind in kinds]
        record.spare(released, digests)
        record.explain(texts, guards_of(self._rulebook))
        return record

    def _wanted(self) -> Sequence[str]:
        """Third-party detectors that must answer: required ones, and those that failed their canary."""
        names = dict.fromkeys((*required_detectors(self._settings), *self._roster.unproved))
        return [name for name in names if not name.startswith(f"{BUILTIN}.")]

    def _run(
        self, function: str, *arguments: object, module: str = "hooks.sandbox_entry",
        on_retry: Callable[[], None] | None = None,
    ) -> Any:  # fmt: skip
        if self._sandbox is None:
            raise RuntimeError("a sandbox process does not read through another one")
        name = f"disclosure_pipeline.{module}:{function}"
        return self._sandbox.run(
            name, *arguments, timeout=self._settings.extraction.timeout, on_retry=on_retry
        )

    def _unread(
        self, files: Sequence[SourceFile | PartText], error: DisclosureError
    ) -> tuple[Screening, tuple[Fault, ...]]:
        fault = Fault(error.code, "extract", error.message, error.advice)
        doubts = tuple(unread(error.code, file.position) for file in files)
        nothing = (Doubt(error.code, "没有可读取的文件，请人工核查。"),)
        return Screening((), doubts or nothing, self._rulebook.version), (fault,)
