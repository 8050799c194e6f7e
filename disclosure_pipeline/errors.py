"""Errors that an operator or an officer can act on.

Every error carries a stable ``code`` (ASCII, for programs), a ``message`` (what happened) and an
``advice`` (what to do next). None of the three ever holds text of a document: they are stored as
faults, shown in the console and logged. Chained causes are logged by class name only.
"""

from __future__ import annotations


class DisclosureError(Exception):
    """Base of all errors this product raises on purpose.

    Args:
        message: what happened, one sentence, without document text.
        code: overrides the class's stable code.
        advice: overrides the class's advice.
    """

    code = "internal"
    advice = "Look at `disclosure doctor`; if it stays, report the code and the log lines."
    exit_code = 1

    def __init__(self, message: str = "", *, code: str | None = None, advice: str | None = None):
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        if code is not None:
            self.code = code
        if advice is not None:
            self.advice = advice
        super().__init__(self.message)

    def as_json(self) -> dict[str, dict[str, str]]:
        """The one JSON value that ``--json`` prints for an error."""
        return {"error": {"code": self.code, "message": self.message, "advice": self.advice}}

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.code, self.advice))


def _rebuild(cls: type[DisclosureError], message: str, code: str, advice: str) -> DisclosureError:
    return cls(message, code=code, advice=advice)


class UsageError(DisclosureError):
    """The command's words are off."""

    code = "usage"
    advice = "Call the command with --help."
    exit_code = 2


class ConfigError(DisclosureError):
    """The configuration cannot be used."""

    code = "config"
    advice = "Correct the file named in the message and run `disclosure config check`."
    exit_code = 3


class NotFound(DisclosureError):
    """There is no such thing."""

    code = "not_found"
    advice = "Check the id with `disclosure list`."
    exit_code = 4


class Refused(DisclosureError):
    """A rule of the procedure forbids this step."""

    code = "refused"
    advice = "Look at `disclosure show` for the state, the version and the open tier."
    exit_code = 5


class StaleVersion(Refused):
    """The decision names a version that is no longer the current one."""

    code = "stale_version"
    advice = "Read the current version and decide on that one."


class NotAllowed(Refused):
    """This person may not do this."""

    code = "not_allowed"
    advice = "A person with the right role, who has not acted on this document before, must do it."


class BadToken(NotAllowed):
    """The token does not belong to this user."""

    code = "bad_token"
    advice = "Set DISCLOSURE_TOKEN to the token of the user named by --as (`disclosure user token`)."


class ExtractionFailed(DisclosureError):
    """The text of a file could not be read completely; the document needs a person."""

    code = "extract.failed"
    advice = "Ask the department for a readable file, or convert it, then `disclosure retry`."


class PluginFault(DisclosureError):
    """A plugin failed, hung or answered nonsense."""

    code = "plugin.fault"
    advice = "See `disclosure plugins`; mend or disable the plugin, then `disclosure retry`."


class ChannelFault(DisclosureError):
    """A channel could not carry out a publication; it will be tried again."""

    code = "channel.fault"
    advice = "See `disclosure channel list`; mend the channel, then `disclosure channel retry`."


class Fenced(DisclosureError):
    """A newer worker or a newer generation has taken this work over; this attempt ends without effect."""

    code = "fenced"
    advice = "Nothing to do: the newer attempt carries on."


class Locked(DisclosureError):
    """Another daemon already uses this data folder."""

    code = "locked"
    advice = "Stop the other daemon first, or give this one another --data folder."


class StoreFault(DisclosureError):
    """The store or the vault cannot be read or written."""

    code = "store.fault"
    advice = "Check disk space, permissions and the database, then run `disclosure doctor`."
