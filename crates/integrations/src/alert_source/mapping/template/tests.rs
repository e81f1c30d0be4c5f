//! What a template may do, and that it ends.

use domain::severity::Severity;
use domain::signal::Signal;
use serde_json::json;

use super::*;

fn problems_of(title: &str) -> Option<String> {
    let mapping = Mapping { title: Some(title.to_owned()), ..Mapping::default() };
    problems(&mapping).into_iter().next().map(|wrong| wrong.problem)
}

fn filled(description: &str, item: &Value) -> Signal {
    let mapping = Mapping { description: Some(description.to_owned()), ..Mapping::default() };
    let mut alert = Alert::sure(Signal::trigger("x", Severity::High), Value::Null);
    Templates::of(&mapping, item).unwrap().fill(&mut alert, item);
    alert.found().signal
}

#[test]
fn what_can_be_read_is_taken() {
    for template in [
        "plain { text } with ~ + *",
        "{{- a.b['c d'] -}} {{+ a +}}",
        "{% if a == 'x ~ y' and not b %}{{ a }}{% elif c > 3 %}c{% else %}d{% endif %}",
        "{%- for x in list if x.up %}{{ x }}{% else %}none{% endfor -%}",
        "{# a comment ~ + #}{{ a|upper|trim|default(\"it's }} fine\") }}",
        "{{ a is defined }} {{ list | length }} {{ a[-3:] }}",
    ] {
        assert_eq!(problems_of(template), None, "{template}");
    }
}

#[test]
fn what_can_make_values_grow_is_not() {
    for template in [
        "{{ a ~ a }}",
        "{{ 'x' * 1000000 }}",
        "{{ a + a }}",
        "{% for a in [a ~ a] %}{% endfor %}",
        "{% set a = b %}",
        "{% set a %}{{ a }}{{ a }}{% endset %}",
        "{% with a = b %}{% endwith %}",
        "{% filter upper %}{% endfilter %}",
        "{%- raw %}{{ a }}{% endraw %}",
        "{% for x in a recursive %}{{ loop(x) }}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{{ {'a': {'b': 1}} ~ a }}",
        "{{ 'it\\'s' ~ a }}",
        "{#- #}{{ a }}{{ a ~ b }}",
    ] {
        assert!(problems_of(template).is_some_and(|told| told.starts_with("must not have")), "{template}");
    }
}

#[test]
fn what_can_not_be_read_is_told_with_its_line() {
    for (template, told) in [
        ("{{ a", "is no template: syntax error"),
        ("{% if a %}", "is no template: syntax error"),
        ("{{ (a }} ~ b) }}", "is no template: syntax error"),
        ("{{ a | shout }}", "is no template: unknown filter"),
        ("{{ a is odd }}", "is no template: unknown test"),
        ("{{ range(3) }}", "is no template: unknown function"),
        ("  ", "must not be empty"),
    ] {
        let problem = problems_of(template);
        assert!(problem.as_ref().is_some_and(|said| said.starts_with(told)), "{template}: {problem:?}");
    }
    assert!(problems_of(&"x".repeat(3_000)).is_some());
}

#[test]
fn rendering_ends_after_so_many_steps_and_leaves_what_there_was() {
    let list: Vec<u32> = (0..100).collect();
    let item = json!({"l": list});
    let signal =
        filled("{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}", &item);
    assert_eq!(signal.description, "");
    assert!(signal.degraded.is_some_and(|told| told.contains("mapping.description: engine ran out of fuel")));
}

#[test]
fn what_is_too_long_is_cut() {
    let item = json!({"text": "€".repeat(30_000), "list": vec!["y".repeat(1_000); 500]});
    for template in ["{{ text }}", "{% for x in list %}{{ text }}{% endfor %}", "{{ list | join(text) }}"] {
        let signal = filled(template, &item);
        assert!(
            signal.description.len() > 8_000 && signal.degraded.is_none(),
            "{template} {:?}",
            signal.degraded
        );
    }
}

#[test]
fn deep_templates_do_not_take_the_stack() {
    let nested = format!("{{{{ {}a{} }}}}", "(".repeat(60), ")".repeat(60));
    assert_eq!(problems_of(&nested), None);
    assert!(problems_of(&format!("{{{{ {}", "(".repeat(2_000))).is_some());
    assert_eq!(problems_of(&format!("{{{{ {}a }}}}", "not ".repeat(400))), None);
    let ifs = format!("{}{}", "{%if a%}".repeat(60), "{%endif%}".repeat(60));
    assert_eq!(problems_of(&ifs), None);
    assert_eq!(problems_of(&format!("{{{{ a{} }}}}", ".a".repeat(1_000))), None);
}
