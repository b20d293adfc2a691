"""The order of the steps."""

from stack import up


def test_nothing_comes_before_what_it_needs() -> None:
    """Packages before what uses them, database before identity before daemons, all before the demo."""
    steps = up.plan(demo=True)
    needs = [*up.PREPARATION, "database", "identity", "servers", "daemons"]
    assert [step for step in steps if step in needs] == needs
    assert steps[-5:] == ("flavor", "image", "key pair", "server", "console")


def test_without_the_demo_there_is_a_cloud_all_the_same() -> None:
    """Daemons and openrc."""
    assert up.plan(demo=False)[-2:] == ("daemons", "openrc")
