import assert from 'node:assert/strict'
import { mask } from '../../server/src/core/sql/mask'

describe('mask', () => {
  const cases: [title: string, text: string, masked: string][] = [
    ['plain SQL passes', 'SELECT a::int, b[1:2] FROM t;', 'SELECT a::int, b[1:2] FROM t;'],
    ['a psql meta-command', '\\set ON_ERROR_STOP on\nSELECT 1;', '                     \nSELECT 1;'],
    ['a psql command that sends the query', 'SELECT 1 \\gexec\nSELECT 2;', 'SELECT 1 ;     \nSELECT 2;'],
    ['psql conditionals', '\\if :x\nSELECT 1;\n\\endif', '      \nSELECT 1;\n      '],
    ['a placeholder as a schema', 'DROP TABLE ${app}.t;', 'DROP TABLE __app_.t;'],
    ['a placeholder glued to a word', 'DROP TABLE t_${env}_x;', 'DROP TABLE t___env__x;'],
    ['a template as a prefix', 'CREATE TABLE {{.prefix}}boards (id int);', 'CREATE TABLE ___prefix__boards (id int);'],
    ['template directives', '{{if .postgres}}\nSELECT 1;\n{{- end }}', '                \nSELECT 1;\n          '],
    [
      'branches for other databases',
      '{{if .mysql}}a{{else}}b{{end}} {{if .postgres}}c{{else}}d{{end}};',
      `${' '.repeat(22)}b${' '.repeat(24)}c${' '.repeat(16)};`,
    ],
    [
      'nested branches',
      '{{if not .sqlite}}a {{if .x}}b{{else}}c{{end}}{{end}};',
      `${' '.repeat(18)}a ${' '.repeat(9)}b${' '.repeat(23)};`,
    ],
    [
      'a template with quotes in a quoted name',
      'DROP TABLE "{{ index .Options "Namespace" }}".t;',
      'DROP TABLE "___index__Options__Namespace____".t;',
    ],
    ['Jinja', '{% if x %}SELECT 1;{# note #}{% endif %}', '          SELECT 1;                     '],
    [
      'a template that is a statement',
      'SELECT 1;\n{{ template "seeds" }}\n{{ .Extra }};',
      `SELECT 1;\n${' '.repeat(22)}\n            ;`,
    ],
    [
      'a template before the first word of a statement',
      '-- only in tests\n${test} ALTER TABLE t ADD a int;',
      `-- only in tests\n${' '.repeat(7)} ALTER TABLE t ADD a int;`,
    ],
    [
      'an environment variable, but not what begins a body, nor a parameter',
      'CREATE TABLE t (a $TEXT_TYPE); DO $do$ BEGIN END $do$; SELECT $1, b$c;',
      'CREATE TABLE t (a _TEXT_TYPE); DO $do$ BEGIN END $do$; SELECT $1, b$c;',
    ],
    ['a psql variable', 'SELECT :name, :id;', 'SELECT _name, _id;'],
    ['quoted psql variables', `SELECT :'name', :"id";`, `SELECT  'name',  "id";`],
    [
      'array slices and casts are not variables',
      'SELECT a[1:n], a[:n], b::text;',
      'SELECT a[1:n], a[:n], b::text; '.trim(),
    ],
    ['an old-style template', 'id $%AUTO%$,', 'id __AUTO__,'],
    ['byte order mark, no-break space, NUL', '\ufeffSELECT\u00a01\0;', ' SELECT 1 ;'],
    [
      'quoted text and comments stay',
      'SELECT \'${a} :b \\n\', "{{c}}" -- ${d}\n;',
      'SELECT \'${a} :b \\n\', "{{c}}" -- ${d}\n;',
    ],
    ['a dollar-quoted body stays', 'DO $$ BEGIN x := :y; END $$;', 'DO $$ BEGIN x := :y; END $$;'],
    [
      'templates in a body',
      'DO $$ BEGIN ALTER TABLE {{ index .Options "Namespace" }}.t ADD a text; END $$;',
      'DO $$ BEGIN ALTER TABLE ___index__Options__Namespace____.t ADD a text; END $$;',
    ],
    ['quoted text in a body', "DO $$ BEGIN x := '${y}'; END $$;", "DO $$ BEGIN x := '${y}'; END $$;"],
    [
      'COPY data',
      "COPY t FROM STDIN;\n1\tit's\n2\t\\N\n\\.\nSELECT 1;",
      'COPY t FROM STDIN;\n      \n    \n  \nSELECT 1;',
    ],
    ['CRLF stays', '\\echo x\r\nSELECT ${a};\r\n', '       \r\nSELECT __a_;\r\n'],
    [
      'a comment that a script replaces by a schema',
      'CREATE INDEX a ON /* SCHEMA_NAME */."T" (a);\nSELECT b /* c */.5;',
      'CREATE INDEX a ON                   "T" (a);\nSELECT b /* c */.5;',
    ],
    ['half-typed placeholders stay', 'SELECT ${a\nFROM {{b;', 'SELECT ${a\nFROM {{b;'],
  ]
  for (const [title, text, masked] of cases) {
    it(title, () => {
      assert.equal(mask(text).text, masked)
      assert.equal(masked.length, text.length)
    })
  }

  it('says what stands for what', () => {
    assert.deepEqual(
      [...mask('SELECT ${App.Schema}.x, :Name;').placeholders],
      [
        ['__app_schema_', '${App.Schema}'],
        ['_name', ':Name'],
      ],
    )
  })
})
