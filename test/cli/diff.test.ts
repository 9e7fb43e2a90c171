import { strict as assert } from 'node:assert'
import { unifiedDiff } from '../../server/src/cli/diff'

describe('unified diffs', () => {
  it('is empty where nothing differs', () => {
    assert.equal(unifiedDiff('a.sql', 'x\n', 'x\n'), '')
  })

  it('shows a changed line with three lines around it', () => {
    assert.equal(
      unifiedDiff('m/1.sql', '1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\nfive\n6\n7\n8\n9\n'),
      '--- a/m/1.sql\n+++ b/m/1.sql\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    )
  })

  it('keeps distant changes in hunks of their own and joins near ones', () => {
    const before = Array.from({ length: 30 }, (_, line) => `${line}\n`).join('')
    const near = unifiedDiff('a.sql', before, before.replace('\n5\n', '\nfive\n').replace('\n9\n', '\nnine\n'))
    const far = unifiedDiff('a.sql', before, before.replace('\n5\n', '\nfive\n').replace('\n25\n', '\nmany\n'))
    assert.deepEqual(near.match(/^@@.*$/gm), ['@@ -3,11 +3,11 @@'])
    assert.deepEqual(far.match(/^@@.*$/gm), ['@@ -3,7 +3,7 @@', '@@ -23,7 +23,7 @@'])
  })

  it('tells of a missing newline at the end', () => {
    assert.equal(
      unifiedDiff('a.sql', 'a\nb', 'a\nc'),
      '--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n',
    )
  })

  it('keeps carriage returns', () => {
    assert.equal(
      unifiedDiff('a.sql', 'a\r\nb\r\n', 'a\r\nc\r\n'),
      '--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n',
    )
  })

  it('creates a file', () => {
    assert.equal(
      unifiedDiff('n w.sql', undefined, 'a\nb\n'),
      '--- /dev/null\n+++ b/n w.sql\t\n@@ -0,0 +1,2 @@\n+a\n+b\n',
    )
  })

  it('does not spend long on texts that have nothing in common', () => {
    const old = Array.from({ length: 20_000 }, (_, line) => `old ${line}\n`).join('')
    const now = Array.from({ length: 20_000 }, (_, line) => `new ${line}\n`).join('')
    const lines = unifiedDiff('a.sql', old, now).split('\n')
    assert.equal(lines.filter(line => line.startsWith('-old')).length, 20_000)
    assert.equal(lines.filter(line => line.startsWith('+new')).length, 20_000)
  })
})
