"""MariaDB with a data directory of its own."""

import shutil
import subprocess

from stack.servers.base import Process, Server

GRANTS = """\
CREATE DATABASE IF NOT EXISTS nova CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'nova'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL PRIVILEGES ON *.* TO 'nova'@'127.0.0.1';
DROP USER IF EXISTS 'root'@'localhost';
"""


class MariaDB(Server):
    """User "nova" with a password, database "nova", TCP on loopback, a socket in its directory, durable as it comes."""

    packages = ("mariadb-server",)
    programs = ("mariadbd", "mariadb-install-db", "mariadb")
    user = "mysql"
    home = "/var/lib/mysql"

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database "nova"."""
        return self._url("nova")

    def create_database(self, name: str) -> str:
        """Create an empty database; its URL."""
        self._must(
            self._client(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"), self._client_env, "create a database"
        )
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database."""
        self._must(self._client(f"DROP DATABASE IF EXISTS `{name}`"), self._client_env, "drop a database")

    def hurry(self) -> None:
        """Until it is started anew, wait for no disk at a commit: that outlives the server, but not the machine."""
        self._must(self._client("SET GLOBAL innodb_flush_log_at_trx_commit = 2"), self._client_env, "be quick")

    def prepare(self) -> None:
        """Fill the data directory where that is not done; the server itself makes user and database at its start."""
        self._make_temporary()
        done = self.data_dir / "installed"
        if done.exists():
            return
        shutil.rmtree(self.data_dir / "data", ignore_errors=True)
        (self.data_dir / "grants.sql").touch(0o600)
        (self.data_dir / "grants.sql").write_text(GRANTS.format(password=self.password), encoding="ascii")
        self._give_away()
        options = ("--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve")
        install = ("mariadb-install-db", "--no-defaults", f"--datadir={self._seen}/data", self._temporary, *options)
        self._must((*self._as_user, *install), self._env, "fill the data directory")
        done.touch()

    def process(self) -> Process:
        """The server in the foreground."""
        where = (
            f"--datadir={self._seen}/data",
            self._temporary,
            f"--socket={self._seen}/socket",
            f"--pid-file={self._seen}/mariadbd.pid",
        )
        net = ("--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve", "--max-connections=300")
        size = ("--innodb-buffer-pool-size=64M", "--character-set-server=utf8mb4", "--performance-schema=OFF")
        first = f"--init-file={self._seen}/grants.sql"
        return Process((*self._as_user, "mariadbd", "--no-defaults", *where, *net, *size, first), self._env)

    def ready(self) -> bool:
        """A query is answered."""
        return (
            subprocess.run(self._client("SELECT 1"), env=self._client_env, capture_output=True, check=False).returncode
            == 0
        )

    @property
    def _temporary(self) -> str:
        # A server that starts deletes the temporary tables it finds: in /tmp those of another one too.
        return f"--tmpdir={self._seen}/tmp"

    def _make_temporary(self) -> None:
        if not (self.data_dir / "tmp").exists():
            (self.data_dir / "tmp").mkdir(mode=0o700)
            self._give_away()

    def _url(self, database: str) -> str:
        return f"mysql+pymysql://nova:{self.password}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"

    def _client(self, statement: str) -> tuple[str, ...]:
        where = ("--protocol=tcp", "--host=127.0.0.1", f"--port={self.port}", "--user=nova", "--connect-timeout=5")
        return ("mariadb", "--no-defaults", "-N", "-B", *where, "-e", statement)

    @property
    def _client_env(self) -> dict[str, str]:
        return {**self._env, "MYSQL_PWD": self.password}
