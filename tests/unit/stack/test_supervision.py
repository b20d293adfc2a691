"""supervisord's configuration, as supervisord itself reads it."""

import shlex
from configparser import RawConfigParser

from stack import supervision
from stack.supervision import Program
from tests.unit.stack.clouds import cloud


def section(program: Program) -> dict[str, str]:
    """The program's section, with supervisord's expansion of %% done."""
    parser = RawConfigParser(inline_comment_prefixes=(";", "#"))
    parser.read_string(supervision.configuration(cloud(state="/st ate"), [program]))
    assert parser["supervisord"]["environment"] == 'NOVA_LITE_STATE="/st ate"'
    return {name: value % {} for name, value in parser[f"program:{program.name}"].items()}


def test_words_survive() -> None:
    """Blanks, quotes, percent signs, backslashes, and what starts a comment."""
    argv = ("/bin/x", "two words", 'say "hi"', "100%", "back\\slash", "a;b", "c ; d")
    found = section(Program("p", argv, {"A": "1,2", "B": "50% x"}))
    assert tuple(shlex.split(found["command"])) == argv
    assert found["environment"] == 'A="1,2",B="50% x"'


def test_what_dies_is_restarted_and_what_stops_gets_time() -> None:
    """The promises of the issue, in supervisord's words."""
    found = section(Program("p", ("/bin/x",), stop_signal="INT", grace=7))
    assert (found["autorestart"], found["startsecs"]) == ("true", "1")
    assert (found["stopsignal"], found["stopwaitsecs"], found["killasgroup"]) == ("INT", "7", "true")
    assert found["autostart"] == "false"
