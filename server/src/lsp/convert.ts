import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type CreateFile,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type InlayHint,
  MarkupKind,
  type Range,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { URI } from 'vscode-uri'
import { allowOffers } from '../core/allow-offers'
import { replacementsBetween } from '../core/changes'
import { inLineEndingOf } from '../core/edits'
import type { Finding, Fix, Severity } from '../core/finding'
import { fixed } from '../core/fix'
import { hintsOf } from '../core/hover/hints'
import { hoverAt as hoverOf } from '../core/hover/hover'
import { markdownOf, plainOf } from '../core/hover/rendering'
import { asWritten } from '../core/placeholders'
import type { Span } from '../core/text'
import type { Judgement, OpenDocument } from './workspace'

export const fixAllKind = `${CodeActionKind.SourceFixAll}.migrationGuard`

/** Returns the path of a file document, `/`-separated as core has it; undefined for a document that is not a file. */
export function pathOf(uri: string): string | undefined {
  const parsed = URI.parse(uri)
  if (parsed.scheme !== 'file') return undefined
  const path = parsed.fsPath
  return /^[A-Za-z]:\\|^\\\\/.test(path) ? path.replaceAll('\\', '/') : path
}

/** Returns a document's findings as the editor shows them. `rulePage` gives the address of a rule's page. */
export function diagnosticsOf(
  { document, findings }: Judgement,
  capabilities: ClientCapabilities,
  rulePage: (id: string) => string | undefined,
): Diagnostic[] {
  const rangeOf = rangesIn(document.text)
  const hasLinks = capabilities.textDocument?.publishDiagnostics?.codeDescriptionSupport === true
  return findings.map(finding => diagnosticOf(finding, rangeOf, hasLinks ? rulePage : () => undefined))
}

function diagnosticOf(
  finding: Finding,
  rangeOf: (span: Span) => Range,
  rulePage: (id: string) => string | undefined,
): Diagnostic {
  const href = rulePage(finding.rule)
  return {
    range: rangeOf(finding.span),
    severity: diagnosticSeverity[finding.severity],
    code: finding.rule,
    ...(href ? { codeDescription: { href } } : {}),
    source: 'migration-guard',
    message: [finding.message, finding.detail, finding.hint].filter(part => part).join('\n'),
  }
}

const diagnosticSeverity: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
}

function rangesIn(text: string): (span: Span) => Range {
  const document = TextDocument.create('', 'sql', 0, text)
  return span => ({ start: document.positionAt(span.start), end: document.positionAt(span.end) })
}

/** Returns what to show about what stands at a position of the document; null where no statement is. */
export function hoverAt(
  judgement: Judgement,
  position: Range['start'],
  capabilities: ClientCapabilities,
): Hover | null {
  const { document, history, path, configuration, migration, findings } = judgement
  const offset = TextDocument.create('', 'sql', 0, document.text).offsetAt(position)
  const found = hoverOf(history, path, offset, configuration)
  if (!found) return null
  const formats = capabilities.textDocument?.hover?.contentFormat ?? [MarkupKind.Markdown]
  const kind = formats.includes(MarkupKind.Markdown) ? MarkupKind.Markdown : MarkupKind.PlainText
  const text = kind === MarkupKind.Markdown ? markdownOf(found.words, linkTo(document)) : plainOf(found.words)
  const value = [text.trimEnd(), ...withheldAt(findings, offset)].join('\n\n')
  return {
    contents: { kind, value: asWritten(value, migration?.placeholders ?? new Map()) },
    range: rangesIn(document.text)(found.span),
  }
}

/** Why a finding under the pointer has no fix. */
const withheldAt = (findings: readonly Finding[], offset: number): string[] =>
  findings
    .filter(({ span }) => span.start <= offset && offset <= span.end)
    .flatMap(({ rule, withheld }) => (withheld ? [`No fix of ${rule}: ${withheld}`] : []))

/** Files have addresses where the document has one. */
const linkTo =
  ({ path: own }: OpenDocument) =>
  (path: string): string | undefined =>
    own === undefined || own === path || !/^(?:\/|[A-Za-z]:)/.test(path) ? undefined : URI.file(path).toString()

/** Returns the strongest lock of each statement that ends in a range of the document. */
export function inlayHintsOf(
  { document, history, path, configuration, migration }: Judgement,
  range: Range,
): InlayHint[] {
  if (!configuration.inlayHints) return []
  const text = TextDocument.create('', 'sql', 0, document.text)
  const within = { start: text.offsetAt(range.start), end: text.offsetAt(range.end) }
  const written = (label: string) => asWritten(label, migration?.placeholders ?? new Map())
  return hintsOf(history, path, within, configuration).map(({ at, label, tooltip }) => ({
    position: text.positionAt(at),
    label: written(label),
    tooltip: written(tooltip),
    paddingLeft: true,
  }))
}

/** What code actions are asked for: LSP's own parameters, and what is known of other documents. */
export interface ActionRequest {
  readonly range: Range
  /** Absent where every kind is wanted. */
  readonly only?: readonly string[]
  /** The diagnostics that the editor shows there. */
  readonly diagnostics: readonly Diagnostic[]
  readonly capabilities: ClientCapabilities
  readonly documentAt: (path: string) => OpenDocument | undefined
}

/** Returns the fixes of the findings in a range and the comments that would allow them, and one action for all safe fixes of the document. */
export function codeActionsOf(judgement: Judgement, request: ActionRequest): CodeAction[] {
  if (!request.capabilities.textDocument?.codeAction?.codeActionLiteralSupport) return []
  const actions: CodeAction[] = []
  if (isWanted(CodeActionKind.QuickFix, request)) actions.push(...quickFixes(judgement, request))
  // Editors ask for everything whenever the caret moves; what takes several rounds is done when it is asked for.
  if (request.only && isWanted(fixAllKind, request)) actions.push(...fixAll(judgement, request))
  return actions
}

const isWanted = (kind: string, { only }: ActionRequest): boolean =>
  only === undefined || only.some(wanted => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`))

/** What mends comes before what allows. */
function quickFixes(judgement: Judgement, request: ActionRequest): CodeAction[] {
  const { document, findings, migration, configuration } = judgement
  const rangeOf = rangesIn(document.text)
  const here = findings.filter(finding => meet(rangeOf(finding.span), request.range))
  const actionFor = (finding: Finding, { title, ...fix }: Applicable & { readonly title: string }): CodeAction[] => {
    const edit = workspaceEdit(fix, judgement, request)
    return edit
      ? [{ title, kind: CodeActionKind.QuickFix, diagnostics: shownFor(finding, rangeOf, request), edit }]
      : []
  }
  const mending = here.flatMap(finding => {
    const safe = finding.fixes.filter(fix => fix.safety === 'safe')
    return finding.fixes.flatMap(fix =>
      actionFor(finding, fix).map(action =>
        safe.length === 1 && safe[0] === fix ? { ...action, isPreferred: true } : action,
      ),
    )
  })
  const offers = here.flatMap(finding =>
    migration ? allowOffers(finding, migration, configuration).map(offer => ({ finding, offer })) : [],
  )
  // Findings of one rule at one place have the same offers.
  const told = new Set<string>()
  const allowing = offers.flatMap(({ finding, offer }) => {
    const { title } = offer
    if (told.has(title)) return []
    told.add(title)
    return actionFor(finding, offer)
  })
  return [...withoutRepeats(mending), ...allowing]
}

/** Findings of one rule at one place may be mended by one fix. */
function withoutRepeats(actions: readonly CodeAction[]): CodeAction[] {
  const told = new Set<string>()
  return actions.filter(({ title, diagnostics, edit }) => {
    const what = JSON.stringify([title, diagnostics?.map(({ code, range }) => [code, range]), edit])
    const isNew = !told.has(what)
    told.add(what)
    return isNew
  })
}

/** The diagnostics of a finding as the editor has them: an action is shown with those alone. */
function shownFor(finding: Finding, rangeOf: (span: Span) => Range, { diagnostics }: ActionRequest): Diagnostic[] {
  const range = rangeOf(finding.span)
  const shown = diagnostics.filter(({ code, range: other }) => code === finding.rule && isSame(range, other))
  return shown.length > 0 ? shown : [diagnosticOf(finding, rangeOf, () => undefined)]
}

/** What `migration-guard fix` would do to the document and the files that its fixes touch. */
function fixAll(judgement: Judgement, request: ActionRequest): CodeAction[] {
  const { history, path, configuration } = judgement
  const { changes } = fixed(history, [path], configuration, {
    review: false,
    creates: canCreate(judgement, request),
  })
  if (changes.length === 0) return []
  const fix = {
    edits: changes.flatMap(({ path, before, after }) =>
      before === undefined ? [] : replacementsBetween(before, after).map(replacement => ({ path, ...replacement })),
    ),
    creates: changes.flatMap(({ path, before, after }) => (before === undefined ? [{ path, text: after }] : [])),
  }
  const edit = workspaceEdit(fix, judgement, request)
  return edit ? [{ title: 'Apply all safe fixes', kind: fixAllKind, edit }] : []
}

/** What fixes, all of them together, and allow comments have in common. */
type Applicable = Pick<Fix, 'edits' | 'creates'>

/** Returns a fix as the client can apply it, or undefined where it cannot: it must be able to create files for some. */
function workspaceEdit(fix: Applicable, judgement: Judgement, request: ActionRequest): WorkspaceEdit | undefined {
  const creates = fix.creates ?? []
  if (creates.length > 0 && !canCreate(judgement, request)) return undefined
  const edits = editsByFile(fix, judgement, request)
  if (!edits) return undefined
  if (!request.capabilities.workspace?.workspaceEdit?.documentChanges)
    return { changes: Object.fromEntries(edits.map(({ uri, edits }) => [uri, edits])) }
  return { documentChanges: [...creates.flatMap(newFile), ...edits.map(documentEdit)] }
}

/** Files can be created beside one that is a file, by an editor that can create files. */
function canCreate({ document, path }: Judgement, { capabilities }: ActionRequest): boolean {
  const support = capabilities.workspace?.workspaceEdit
  const canBeTold = support?.documentChanges === true && support.resourceOperations?.includes('create') === true
  return canBeTold && document.path === path
}

interface FileEdits {
  readonly uri: string
  readonly version: number | null
  readonly edits: TextEdit[]
}

/** Edits of every file at once; undefined where a file's text is not known. */
function editsByFile(fix: Applicable, judgement: Judgement, request: ActionRequest): FileEdits[] | undefined {
  const paths = [...new Set(fix.edits.map(edit => edit.path))]
  const files = paths.flatMap((path): FileEdits[] => {
    const open = path === judgement.path ? judgement.document : request.documentAt(path)
    const text = open?.text ?? judgement.history.source.files.get(path)
    if (text === undefined) return []
    const rangeOf = rangesIn(text)
    const edits = fix.edits
      .filter(edit => edit.path === path)
      .map(edit => ({ range: rangeOf(edit.span), newText: inLineEndingOf(text, edit.text) }))
    return [{ uri: open?.uri ?? uriOf(path), version: open?.version ?? null, edits }]
  })
  return files.length === paths.length ? files : undefined
}

const documentEdit = ({ uri, version, edits }: FileEdits): TextDocumentEdit => ({
  textDocument: { uri, version },
  edits,
})

function newFile({ path, text }: { path: string; text: string }): [CreateFile, TextDocumentEdit] {
  const uri = uriOf(path)
  const start = { line: 0, character: 0 }
  return [
    { kind: 'create', uri, options: { overwrite: false, ignoreIfExists: false } },
    { textDocument: { uri, version: null }, edits: [{ range: { start, end: start }, newText: text }] },
  ]
}

const uriOf = (path: string): string => URI.file(path).toString()

const isSame = (a: Range, b: Range): boolean =>
  !isBefore(a.start, b.start) && !isBefore(b.start, a.start) && !isBefore(a.end, b.end) && !isBefore(b.end, a.end)

const meet = (a: Range, b: Range): boolean => !isBefore(a.end, b.start) && !isBefore(b.end, a.start)

const isBefore = (a: Range['start'], b: Range['start']): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character)
