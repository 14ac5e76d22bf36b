"""What can be set, and where does it come from? Arguments, then THREAD_* variables, then thread.toml, then defaults."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from thread.clock import Clock, FixedClock, SystemClock, to_instant
from thread.errors import InputError

FILE: Final = "thread.toml"
"""Settings that belong to a store lie in this file in its directory."""


class Settings(BaseSettings):
    """All settings of the service; lists, tables and times in variables are written as JSON."""

    model_config = SettingsConfigDict(env_prefix="THREAD_", extra="forbid", frozen=True)

    store: str = Field(".thread", description="Directory of the embedded store, or `memory:`.")
    ranks: dict[str, int] = Field({}, description="Rank of each source; where two disagree the higher answers.")
    extensions: tuple[Path, ...] = Field(
        (), description="Turtle files that extend the ontology; relative to the store's directory."
    )
    clock: datetime | None = Field(None, description="A time at which the clock stands still, for samples; none: now.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    allowed_hosts: tuple[str, ...] = Field((), description="Further names by which clients may call the service.")
    allowed_origins: tuple[str, ...] = Field((), description="Web origins that may call from a browser.")
    deadline_ms: int = Field(10_000, ge=1, description="Time after which an answer is partial, milliseconds.")
    node_budget: int = Field(1_000_000, ge=1, description="Nodes that one answer may visit before it is partial.")
    link_budget: int = Field(10_000_000, ge=1, description="Links that one answer may visit before it is partial.")
    max_cost: int = Field(500_000, ge=1, description="Points that one request may cost; `docs/limits.md`.")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body.")
    send_deadline_ms: int = Field(
        10_000, ge=1, description="Time for the head of a request, and for its body, to come in, milliseconds."
    )
    max_connections: int = Field(1_000, ge=1, description="Connections at a time, subscriptions included.")
    max_subscriptions: int = Field(50, ge=1, description="Subscriptions of one connection at a time.")
    max_tokens: int = Field(2_000, ge=100, description="Largest GraphQL document, in tokens.")
    max_page: int = Field(500, ge=1, le=500, description="Largest page of a connection.")
    max_depth: int = Field(64, ge=1, le=64, description="Greatest depth of a lineage.")
    compiled_selections: bool = Field(True, description="Answer queries by compiled plans; the answers are the same.")

    sparql: bool = Field(False, description="Answer SPARQL queries at /sparql.")
    sparql_workers: int = Field(2, ge=1, le=64, description="SPARQL queries answered at a time; others wait.")
    sparql_deadline_ms: int = Field(30_000, ge=100, description="Time for one SPARQL query, milliseconds.")
    sparql_rows: int = Field(100_000, ge=1, description="Rows or triples of one SPARQL answer; more are cut off.")
    sparql_bytes: int = Field(16_777_216, ge=1024, description="Bytes of one SPARQL answer; more are cut off.")
    sparql_memory_mb: int = Field(1024, ge=128, description="Memory of the process that answers a SPARQL query.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library fixes the signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library fixes the signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        chosen = {**env_settings(), **init_settings()}.get("store", cls.model_fields["store"].default)
        file = Path(str(chosen)) / FILE
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    @field_validator("clock")
    @classmethod
    def _clock_has_a_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("the clock needs a time zone, e.g. 2026-03-02T06:00:00Z")
        return moment

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Settings from all places.

        Raises:
            InputError: ``bad-config``: names the setting and what it expects.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(step) for step in first["loc"]) or "?"
            raise InputError(
                f"setting {name}: {first['msg']}.", code="bad-config", hint=f"See THREAD_{name.upper()} or {FILE}."
            ) from error
        except ValueError as error:  # tomllib: not TOML
            raise InputError(f"{FILE} cannot be read: {error}.", code="bad-config", hint="It must be TOML.") from error

    @property
    def directory(self) -> Path | None:
        """The store's directory; None for a store in memory or on a server."""
        return None if self.store.startswith("memory:") or "://" in self.store else Path(self.store)

    @property
    def projection_directory(self) -> Path | None:
        """Where the projection is saved; None: it is not."""
        return self.directory / "projection" if self.directory else None

    def extension_paths(self) -> list[Path]:
        """The ontology's extensions as paths that can be opened from here."""
        base = self.directory or Path()
        return [path if path.is_absolute() else base / path for path in self.extensions]

    def make_clock(self) -> Clock:
        """The clock that the service runs at."""
        return FixedClock(to_instant(self.clock)) if self.clock else SystemClock()
