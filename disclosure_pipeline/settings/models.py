"""The settings of ``config/disclosure.toml``, as typed models.

An unknown key or a wrong type refuses the start. Field descriptions are the reference in
``docs/configuration.md``, which is generated from here and checked in CI.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from disclosure_pipeline.model.release import Window

Seconds = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    """A section of the configuration: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(Section):
    """Where the rows are."""

    url: str = Field(
        "",
        description="SQLAlchemy URL; empty means SQLite in the data folder. `postgresql+psycopg://…` for PostgreSQL.",
    )
    busy_timeout: Seconds = Field(30.0, description="Seconds a SQLite writer waits for another.")


class FolderNames(Section):
    """Names of the folders that clerks see."""

    inbox: str = Field(
        "",
        description="Subfolder of a drop root where drafts are dropped (e.g. 待审); empty means the root itself.",
    )
    returned: str = Field("退回", description="Subfolder of the outbox that holds returned drafts.")
    published: str = Field("已发布", description="Subfolder of the outbox that holds results.")


class DropRoot(Section):
    """A drop folder on any path (a share)."""

    department: str = Field(description="Department whose folder this is.")
    path: str = Field(description="Folder where drafts are dropped.")
    outbox: str = Field(
        "", description="Folder for receipts and notes; empty means `var/outbox/<department>`."
    )
    polling: bool = Field(False, description="Poll instead of waiting for events (network mounts).")
    mount: bool = Field(
        False,
        description="The path is a mount point: when it is not mounted, the folder is *unavailable*, not empty.",
    )


class ReleaseSettings(Section):
    """When a unit lets documents go out by themselves (发布时段); 特急 and withdrawals go at any time."""

    opens: time = Field(time(8, 30), description="When the window opens, Asia/Shanghai.")
    closes: time = Field(time(18, 0), description="When it closes; later than `opens`.")
    holidays: bool = Field(False, description="Whether it opens on weekends and holidays, too.")

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("`closes` must be later than `opens`")
        return self

    def as_window(self) -> Window:
        """The window."""
        return Window(self.opens, self.closes, self.holidays)


class UnitSettings(Section):
    """An office (机关单位). Units form a tree by ``parent``."""

    code: str = Field("default", pattern=r"^[A-Za-z0-9_-]{1,40}$", description="ASCII code of the unit.")
    name: str = Field("示范县人民政府办公室", description="Full name, printed as the issuing body.")
    parent: str = Field("", description="Code of the unit above; empty for the root.")
    fonds: str = Field("", description="全宗号, written into archive bags.")
    departments: tuple[str, ...] = Field((), description="Departments with a drop folder under `var/inbox/`.")
    open_inbox: bool = Field(True, description="A folder made under the inbox root is a department at once.")
    drop_roots: tuple[DropRoot, ...] = Field((), description="Drop folders outside `var/inbox/`.")
    index_template: str = Field(
        "{org}/{year}-{serial:05d}", description="Index number (索引号): {org}, {unit}, {year}, {serial}."
    )

    @field_validator("index_template")
    @classmethod
    def _numbers_differ(cls, template: str) -> str:
        try:
            numbers = {template.format(org="", unit="", year=2026, serial=serial) for serial in (1, 2)}
        except (KeyError, IndexError, ValueError):
            raise ValueError("only {org}, {unit}, {year} and {serial} can stand in it") from None
        if len(numbers) == 1:
            raise ValueError("without {serial} all documents would have the same number")
        return template

    index_org: str = Field("MB0000000", description="Organisation code used in index numbers.")
    route: str = Field("default", description="Name of the chain in `routes.toml`.")
    footer: Literal["full", "editor", "none"] = Field(
        "full", description="Reviewers' names on the page: all tiers, the first only, or none."
    )
    release: ReleaseSettings | None = Field(
        None, description="Release window; without one, documents go out as soon as they are approved."
    )
    issued_only: bool = Field(
        False,
        description="Whether only the issued file (正式件) is published: what was approved waits for it, and the two are compared.",
    )


class IntakeSettings(Section):
    """The watcher of the drop folders."""

    stable_after: Seconds = Field(1.0, description="Seconds a file must stay unchanged.")
    folder_stable_after: Seconds = Field(
        3.0, description="Seconds a folder must stay unchanged (or hold `.ready`)."
    )
    rescan_every: Seconds = Field(30.0, description="Seconds between full rescans of every folder.")
    poll_every: Seconds = Field(2.0, description="Seconds between looks at polled folders.")
    max_bytes: int = Field(1 << 30, gt=0, description="Largest accepted submission, bytes.")
    max_scan_bytes: int = Field(
        50 << 20, gt=0, description="Largest scan of a signed paper or of an outside answer, bytes."
    )
    max_files: int = Field(500, gt=0, description="Most files in one submission.")
    ignore: tuple[str, ...] = Field(
        ("~$*", ".~*", "*.tmp", "*.part", "*.crdownload", "Thumbs.db", "desktop.ini", ".DS_Store", ".*"),
        description="Name patterns that are never taken.",
    )
    folders: FolderNames = Field(default_factory=FolderNames)


class ExtractionSettings(Section):
    """Limits of the sandbox in which files are read."""

    timeout: Seconds = Field(60.0, description="Seconds for one submission; then the process is killed.")
    memory: int = Field(1 << 30, description="Address space of a sandbox process, bytes.")
    max_pages: int = Field(3000, description="Most pages of a pdf.")
    max_cells: int = Field(2_000_000, description="Most cells of a workbook.")
    max_characters: int = Field(50_000_000, description="Most characters extracted from one file.")
    max_members: int = Field(20_000, description="Most members of a container.")
    max_ratio: int = Field(200, description="Largest ratio of unpacked to packed bytes of a container.")
    max_unpacked: int = Field(1 << 30, description="Most unpacked bytes of a container.")
    max_depth: int = Field(5, ge=1, le=20, description="How deep files may lie inside files.")
    max_pixels: int = Field(80_000_000, description="Most pixels of a picture or a rendered page.")
    max_page_side: int = Field(14_400, description="Longest side of a page, points (1/72 inch).")
    passwords: tuple[str, ...] = Field(
        (), description="Passwords that are tried on encrypted files, after the slip's own."
    )
    office: str = Field(
        "soffice", description="LibreOffice program that converts legacy formats; empty for none."
    )
    office_timeout: Seconds = Field(120.0, description="Seconds for one conversion by LibreOffice.")


class RecognitionSettings(Section):
    """Text recognition (OCR) of scans and of pages whose text layer cannot be trusted."""

    enabled: bool = Field(True, description="Off: pages and pictures that need it are undetermined.")
    engines: tuple[str, ...] = Field(
        ("builtin.rapidocr", "builtin.tesseract"),
        description="Engines in order; the next one is the fallback.",
    )
    memory: int = Field(3 << 30, description="Address space of a recognition process, bytes.")
    page_timeout: Seconds = Field(60.0, description="Seconds for one page or picture.")
    max_pages: int = Field(60, description="Most pages and pictures recognised in one submission.")
    dpi: int = Field(200, ge=72, le=600, description="Resolution at which pages are rendered.")
    min_confidence: float = Field(
        0.6, ge=0.0, le=1.0, description="A line recognised with less confidence is undetermined."
    )
    idle: Seconds = Field(60.0, description="Seconds without work after which a recognition process ends.")


class ScreeningSettings(Section):
    """The detectors."""

    required_detectors: tuple[str, ...] = Field(
        (), description="Ids that must answer, beside the floor that cannot be shrunk."
    )
    detector_timeout: Seconds = Field(20.0, description="Seconds for one detector of a third-party plugin.")
    list_from: int = Field(
        10, ge=2, description="Findings of one rule in a table's column from which they are one finding."
    )
    lexicons: tuple[str, ...] = Field(
        (),
        description="Own lists of secret items: absolute paths outside the repository; each must be there and hold a "
        "rule.",
    )
    user_words: tuple[str, ...] = Field(
        (), description="Words the segmenter should know (departments, places)."
    )


class EngineSettings(Section):
    """Durable work."""

    workers: int = Field(
        1, ge=0, le=64, description="Worker processes that `disclosure run` starts on this machine."
    )
    concurrency: int = Field(
        2, ge=1, le=32, description="Documents one worker process carries at once (one sandbox each)."
    )
    poll: Seconds = Field(10.0, description="Seconds between looks at a queue when nothing rings.")
    doorbell: Seconds = Field(
        0.2, description="Seconds between looks at the store's change counter (SQLite)."
    )
    heartbeat: Seconds = Field(5.0, description="Seconds between a worker's signs of life.")
    dead_after: Seconds = Field(
        20.0, description="Seconds of silence after which a worker's work is taken over."
    )
    max_takeovers: int = Field(3, description="Takeovers after which a document goes to `attention`.")
    grace: Seconds = Field(20.0, description="Seconds that running work gets to end at SIGTERM.")
    keep_settled: int = Field(7, description="Days that settled engine rows are kept.")


class PublicationSettings(Section):
    """Publishing."""

    retry_first: Seconds = Field(
        5.0, description="Seconds before a failed publication is tried again; doubles each time."
    )
    retry_most: Seconds = Field(3600.0, description="Longest wait between two tries.")
    timeout: Seconds = Field(60.0, description="Seconds for one call of a third-party channel.")
    channels: tuple[str, ...] = Field((), description="Channel ids in use; empty means every loaded channel.")


class ArchiveSettings(Section):
    """The archive (归档)."""

    package: Literal["bag", "bag+xml"] = Field(
        "bag",
        description="What a document is kept as: a BagIt bag, or a bag that also holds an XML package "
        "(电子文件封装包, DA/T 48). Bags that are there stay as they are.",
    )
    fixity_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days within which every bag is read again and compared with its digests."
    )
    fixity_least: Annotated[int, Field(ge=1)] = Field(
        24, description="Documents a day whose bags are read at least, however small the archive is."
    )


class SiteSettings(Section):
    """How the site presents itself (政府网站发展指引 page tags)."""

    name: str = Field("示范县人民政府", description="SiteName.")
    domain: str = Field("www.example.gov.cn", description="SiteDomain.")
    id_code: str = Field("0000000000", description="SiteIDCode (网站标识码).")
    contact: str = Field("", description="Contact line of the disclosure office.")
    address: str = Field(
        "",
        description="Absolute address under which the site is mounted, for feeds and the sitemap; "
        "empty means `https://<domain>/`.",
    )
    language: Literal["zh-CN", "zh-TW", "en"] = Field(
        "zh-CN", description="Language of the site's own words."
    )
    search: str = Field(
        "auto",
        pattern=r"^(https?://[\w./?=&%:~+-]+|[\w./?=&%~+-]*)$",
        description="Address of the search that every page links to, absolute or relative to the site's root; empty for "
        "none. `auto`: `../search` where `disclosure run` serves site and search and the site is not pushed elsewhere.",
    )
    pages: str = Field(
        "site",
        description="Folder of the office's own pages (指南, 制度, 年报), relative to the config folder.",
    )
    templates: str = Field(
        "",
        description="Folder of templates and styles that go before the built-in ones, relative to the config folder.",
    )


class SchedulerSettings(Section):
    """Regular work."""

    enabled: bool = Field(
        True, description="Whether this daemon runs the scheduler (one leader at a time does)."
    )
    reconcile_every: Seconds = Field(15.0, description="Seconds between runs of the reconciler.")
    clocks_every: Seconds = Field(3600.0, description="Seconds between recomputations of the clocks.")
    anchor_every: Seconds = Field(86400.0, description="Seconds between anchors of the audit log.")
    watch_every: Seconds = Field(
        86400.0, description="Seconds between looks whether channels still hold what their receipts say."
    )
    prune_every: Seconds = Field(3600.0, description="Seconds between prunings of settled engine rows.")
    review_months: Annotated[int, Field(ge=1, le=60)] = Field(
        12, description="Months after which the attribute of a published document falls due for review."
    )


class PluginSettings(Section):
    """Third-party plugins."""

    allow: tuple[str, ...] = Field(
        (), description="Names of plugins that may load (drop-in files or entry points)."
    )
    folder: str = Field(
        "plugins",
        description="Folder of drop-in plugins, relative to the folder that holds the config folder.",
    )


class ServerSettings(Section):
    """The small web server (health, metrics, the console, the public site)."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8230, description="Port; 0 means any free one.")
    site: bool = Field(
        True,
        description="Whether `disclosure run` serves the public site and its search; off: only health and console.",
    )


class ConsoleSettings(Section):
    """The review console."""

    idle_minutes: int = Field(
        30, ge=1, le=24 * 60, description="Minutes without work after which a session ends."
    )
    absolute_hours: int = Field(
        12, ge=1, le=7 * 24, description="Hours after which a session ends, whatever is done in it."
    )
    enabled: bool = Field(True, description="Whether `disclosure run` serves the console under `/console/`.")
    tls: bool = Field(
        False, description="The console is reached over TLS (a reverse proxy): cookies go over TLS only."
    )
    proxies: tuple[str, ...] = Field(
        (), description="Addresses of reverse proxies whose word about the caller's address is believed."
    )
    max_upload: int = Field(256 << 20, gt=0, description="Largest form with its files, bytes.")


class LogSettings(Section):
    """Logs; they never hold document text."""

    format: Literal["json", "console"] = Field(
        "console", description="`json` for machines, `console` for people."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is written."
    )


class Settings(Section):
    """Everything in ``disclosure.toml``."""

    store: StoreSettings = Field(default_factory=StoreSettings)
    unit: tuple[UnitSettings, ...] = Field(
        (UnitSettings(),), min_length=1, description="The units; the default config has one."
    )
    intake: IntakeSettings = Field(default_factory=IntakeSettings)
    extraction: ExtractionSettings = Field(default_factory=ExtractionSettings)
    recognition: RecognitionSettings = Field(default_factory=RecognitionSettings)
    screening: ScreeningSettings = Field(default_factory=ScreeningSettings)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    publication: PublicationSettings = Field(default_factory=PublicationSettings)
    scheduler: SchedulerSettings = Field(default_factory=SchedulerSettings)
    archive: ArchiveSettings = Field(default_factory=ArchiveSettings)
    site: SiteSettings = Field(default_factory=SiteSettings)
    plugins: PluginSettings = Field(default_factory=PluginSettings)
    plugin: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="One section per plugin, `[plugin.NAME]`, checked against the plugin's own model.",
    )
    server: ServerSettings = Field(default_factory=ServerSettings)
    console: ConsoleSettings = Field(default_factory=ConsoleSettings)
    log: LogSettings = Field(default_factory=LogSettings)
