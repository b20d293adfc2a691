"""PostgreSQL with a cluster of its own."""

import shutil
import signal
import subprocess
from pathlib import Path

from stack.servers.base import Process, Server, program

DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}


class PostgreSQL(Server):
    """Superuser "nova" with a password, database "nova", TCP on loopback only, durable as it comes."""

    packages = ("postgresql",)
    programs = ("initdb", "postgres", "psql")
    user = "postgres"
    home = "/var/lib/postgresql"

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database "nova"."""
        return self._url("nova")

    def create_database(self, name: str) -> str:
        """Create an empty database; its URL."""
        self._sql(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database, ending its sessions."""
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def hurry(self) -> None:
        """From now on wait for no disk: what is committed outlives the server's death, but not the machine's."""
        self._sql("ALTER SYSTEM SET fsync = off")
        self._sql("SELECT pg_reload_conf()")

    def prepare(self) -> None:
        """Run initdb where there is no cluster; the password file is there for its run only."""
        if (self.data_dir / "cluster/PG_VERSION").exists():
            return
        password = self.data_dir / "initdb.password"
        password.write_text(self.password, encoding="ascii")
        self._give_away()
        shutil.rmtree(self.data_dir / "cluster", ignore_errors=True)
        options = ("--no-sync", "--username=nova", f"--pwfile={self._seen}/initdb.password", "--auth=scram-sha-256")
        initdb = (
            *self._as_user,
            self._must_find("initdb"),
            "-D",
            f"{self._seen}/cluster",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        self._must((*initdb, *options), self._env, "initdb")
        password.unlink()

    def process(self) -> Process:
        """The postmaster; INT is its fast shutdown (TERM would wait for every client to go)."""
        settings = [
            word for name, value in {**SETTINGS, "port": str(self.port)}.items() for word in ("-c", f"{name}={value}")
        ]
        argv = (*self._as_user, self._must_find("postgres"), "-D", f"{self._seen}/cluster", *settings)
        return Process(argv, self._env, signal.SIGINT)

    def ready(self) -> bool:
        """A query is answered."""
        return self._psql("SELECT 1").returncode == 0

    def finish(self) -> None:
        """The database "nova" is there."""
        if "1" not in self._psql("SELECT 1 FROM pg_database WHERE datname = 'nova'").stdout:
            self.create_database("nova")

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://nova:{self.password}@127.0.0.1:{self.port}/{database}"

    def _find(self, name: str) -> str | None:
        versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
        return str(versions[-1]) if versions else program(name)

    def _must_find(self, name: str) -> str:
        return self._find(name) or name

    def _psql(self, statement: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._client(statement), env=self._client_env, capture_output=True, text=True, check=False
        )

    def _sql(self, statement: str) -> None:
        self._must(self._client(statement), self._client_env, statement)

    def _client(self, statement: str) -> tuple[str, ...]:
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "nova", "-d", "postgres")
        return (self._must_find("psql"), "-X", "-q", "-A", "-t", *where, "-c", statement)

    @property
    def _client_env(self) -> dict[str, str]:
        return {**self._env, "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "5"}
