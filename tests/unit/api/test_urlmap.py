"""Prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
import webob

from nova_lite.api.urlmap import UrlMap


def _named(name: str) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        text = f"{name} {environ['SCRIPT_NAME']} {environ['PATH_INFO']}"
        return webob.Response(text=text, content_type="text/plain")(environ, start_response)

    return application


MAP = UrlMap({
    "/": _named("root"), "/compute": _named("versions"), "/compute/v2": _named("old"), "/compute/v2.1": _named("new"),
    "/deep/+": _named("deep"),
})


@pytest.mark.parametrize(("path", "answer"), [
    ("/", "root  /"),
    ("/compute", "versions /compute "),
    ("/compute/", "versions /compute /"),
    ("/compute/v2", "old /compute/v2 "),
    ("/compute/v2/servers", "old /compute/v2 /servers"),
    ("/compute/v2.1/servers", "new /compute/v2.1 /servers"),
    ("/computer", "root  /computer"),
    ("/deep", "root  /deep"),
    ("/deep/er", "deep /deep /er"),
])
def test_the_longest_prefix_of_whole_segments_answers(path: str, answer: str) -> None:
    assert webob.Request.blank(path).get_response(MAP).text == answer


@pytest.mark.parametrize(("target", "answer"), [
    ("http://elsewhere/compute/v2.1/servers", "new /compute/v2.1 /servers"), ("http://elsewhere", "root  /"),
    ("*", "root  /*"), ("", "root  "), ("compute", "versions /compute "),
])
def test_a_target_of_another_form_is_its_path(target: str, answer: str) -> None:
    request = webob.Request.blank("/")
    request.environ["PATH_INFO"] = target
    assert request.get_response(MAP).text == answer
