"""Private instances of the real servers: own data directory, own port, loopback only; for stack.sh and for tests."""

from stack.servers.base import Process, Server, ServerError, free_port
from stack.servers.libvirt import Libvirt
from stack.servers.mariadb import MariaDB
from stack.servers.postgresql import PostgreSQL
from stack.servers.rabbitmq import RabbitMQ

__all__ = ["Libvirt", "MariaDB", "PostgreSQL", "Process", "RabbitMQ", "Server", "ServerError", "free_port"]
