"""Every macro draws what the page builders count on, on one page, with hostile text in every place."""

import re

import pytest
from flask import Flask, render_template_string

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.messages import say

EVIL = "<script>alert(1)</script>"
PROBLEMS = [
    Problem(
        message=say("The check digit of %(number)s does not fit.", number=EVIL),
        remedy=say("Compare with the door."),
        column="container",
        value="CAIU8846177",
        line=14,
        suggestions=("CAIU8846173",),
    ),
    Problem(
        message=say("No station of this name."),
        column="destination",
        value=EVIL,
        line=31,
        severity=Severity.WARNING,
    ),
    Problem(message=say("The file cannot be read.")),
]
PAGE = """{% extends "base.html" %}
{% from 'macros/words.html' import crumbs as crumb_trail, basis, section_head, figures, figure, details_list, drawer,
   empty, note, alert, tag_simulated, tag_published with context %}
{% from 'macros/tables.html' import scroll, head, number_cell, direction, paging, train_shape with context %}
{% from 'macros/line.html' import line_legend, state_legend, direction_legend with context %}
{% from 'macros/forms.html' import csrf, field, choice, text_area, check, summary, problem_table, grid_problems, filters
   with context %}
{% block title %}Everything{% endblock %}
{% block crumbs %}{{ crumb_trail([('Shipments', '/shipments'), (evil, none)]) }}{% endblock %}
{% block answer %}Four trains ran where 44 were planned.{% endblock %}
{% block basis %}{% call basis(simulated=True) %}1,867 journeys. <a href="#how">How</a>{% endcall %}{% endblock %}
{% block content %}
{% call figures('block') %}{{ figure('Trains', 4, 'of 44 planned', '2 with a date') }}{{ figure(evil, 81|number) }}
{{ figure('Days', '23 or 29', 'planned 17–18', evil) }}{{ figure('Distance', 11200|number, 'km') }}{% endcall %}
<section>{% call section_head('h-map', 'The corridor') %}{{ tag_simulated() }}{{ tag_published() }}
<p class="more"><a href="#">All</a></p>{% endcall %}
{{ line_legend() }}{{ state_legend() }}{{ direction_legend() }}</section>
{% call filters('/statistics') %}{{ field('from', 'From', '2023-01-01') }}
{{ choice('direction', 'Direction', [('', 'Both'), ('westbound', evil)], 'westbound') }}
{{ check('simulated', 'Include simulated', True) }}{% endcall %}
{{ summary(problem_links(problems)) }}
<form class="block" method="post">{{ csrf() }}<div class="fields">
{{ field('container', 'Container', evil, hint='if known', help='As on the door.', problems=problems[:1],
         class='f3 full') }}
{{ choice('size', 'Size-type', [('45G1', '45G1, 40 ft high'), ('22G1', '22G1, 20 ft')], '45G1', class='f3 full') }}
{{ text_area('remark', 'Remark', evil, class='f6', problems=problems[1:2]) }}</div>
<div class="acts after-s"><button class="btn btn-go">Record</button>
<button class="btn" type="button">Keep as draft</button></div></form>
<section><h2>Problems</h2>{{ problem_table(problems) }}{{ problem_table(problems[1:2], warn=True) }}</section>
<section>{% call scroll('Shipments') %}<table>{{ head(['Crossing', ('Journeys', 'num'), ('Actions', 'vh')]) }}
<tbody><tr><th scope="row">Brest</th>{{ number_cell(34.44) }}<td>{{ direction('westbound') }}</td></tr>
<tr><th scope="row">{{ evil }}</th>{{ number_cell(none) }}<td>{{ direction('eastbound') }}</td></tr>
{{ grid_problems(problems[:1], 3, 'm3', 'c3') }}</tbody></table>{% endcall %}
{{ paging('50 shipments', '/first', '/next') }}</section>
<section>{{ details_list([('Train', 'YXO 8421'), ('Partner', evil)]) }}</section>
<section><ul class="alerts">{% call alert('held', 'Overdue at Brest') %}<p>{{ evil }}</p>
<div class="acts"><a href="#">Acknowledge</a></div>{% endcall %}</ul></section>
<section id="how">{% call drawer('How this is computed', open=True) %}
<p>A crossing is a pair of stations.</p>{% endcall %}
{% call drawer(evil) %}<p>Closed.</p>{% endcall %}</section>
<section>{% call empty('No documents yet', evil) %}<a class="btn" href="#">Add a document</a>{% endcall %}</section>
{% call note('warn') %}{{ evil }}{% endcall %}
<svg width="20" height="20">
{% for state in ('ok', 'late', 'held', 'silent', 'plan') %}{{ train_shape(state) }}{% endfor %}</svg>
{% endblock %}"""


@pytest.fixture
def page(app: Flask) -> str:
    with app.test_request_context("/"):
        return render_template_string(PAGE, evil=EVIL, problems=PROBLEMS)


def test_text_never_becomes_markup(page: str) -> None:
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") >= 12


def test_whatever_an_id_is_referred_to_by_is_there_once(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = {
        each
        for names in re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page)
        for each in names.split()
    }
    referred |= set(re.findall(r'href="#([^"]+)"', page)) - {"", "f-destination"}  # that field is left out here
    assert referred <= set(ids)


def test_a_problem_stands_at_its_field_with_the_button_that_mends_it(page: str) -> None:
    assert 'aria-invalid="true" aria-describedby="f-container-p f-container-h"' in page
    assert 'data-put="CAIU8846173" data-into="f-container"' in page
    assert 'data-put="CAIU8846173" data-into="c3"' in page
    assert '<option value="westbound" selected>' in page


def test_a_wrong_check_digit_is_struck_and_a_faulty_value_marked(page: str) -> None:
    assert '<span class="box">CAIU 884617<b class="no">7</b></span>' in page
    assert '<mark class="w">&lt;script' in page


def test_nothing_is_drawn_where_nothing_is_wrong(app: Flask) -> None:
    template = (
        "{% from 'macros/forms.html' import summary %}{% from 'macros/tables.html' import paging %}{{ summary([]) }}"
    )
    with app.test_request_context("/"):
        assert render_template_string(template + "{{ paging() }}").strip() == ""
