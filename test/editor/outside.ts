import { strict as assert } from 'node:assert'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { languageServerBelow } from './processes'
import { root } from './root'
import type { Workbench } from './workbench'

const artifacts = join(root, 'test/.artifacts')

/** Declares what a person sees and clicks, with a picture of each in `test/.artifacts`. */
export const fromOutside = (workbench: Workbench): void => {
  describe('seen from outside', () => {
    let page: Page
    const picture = (name: string) => page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' })

    before(async () => {
      mkdirSync(artifacts, { recursive: true })
      page = await workbench.open({ file: 'db/migrations/000002_index_users_email.up.sql' })
    })

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture('failed')
    })

    it('underlines the words that take the lock', async () => {
      await page.locator('.squiggly-error').first().waitFor()
      await picture('squiggle')
    })

    it('tells in a hover which lock is taken and who waits', async () => {
      await word(page, 'INDEX').hover()
      const hover = page.locator('.monaco-hover:visible', { hasText: 'SHARE' })
      await hover.waitFor()
      await picture('hover')
      await page.keyboard.press('Escape')
    })

    it('tells in a hover what a table is, by its name', async () => {
      await word(page, /^\s*users\s*$/).hover()
      await page.locator('.monaco-hover:visible', { hasText: 'Table users' }).waitFor()
      await picture('hover-table')
      await page.keyboard.press('Escape')
    })

    it('offers the fix behind the lightbulb, applies it and takes it back', async () => {
      await word(page, 'INDEX').click()
      await page.locator('[class*="lightbulb"]:visible').first().click()
      const offer = page.locator('.action-widget .action', { hasText: 'CONCURRENTLY' }).first()
      await offer.waitFor()
      await picture('lightbulb')
      // The menu takes no clicks until the mouse has moved.
      await offer.hover({ force: true })
      await offer.click()
      await word(page, 'CONCURRENTLY').waitFor()
      await page.locator('.squiggly-error').first().waitFor({ state: 'detached' })
      await picture('fixed')
      await page.keyboard.press('Control+z')
      await page.locator('.squiggly-error').first().waitFor()
      assert.equal(await word(page, 'CONCURRENTLY').count(), 0)
    })

    it('shows the page of the rule that found what stands at the cursor', async () => {
      await word(page, 'INDEX').click()
      await command(page, 'Migration Guard: Show rule')
      const first = page.locator('.quick-input-list .monaco-list-row').first()
      await page.locator('.quick-input-widget', { has: page.getByPlaceholder('Which rule?') }).waitFor()
      assert.match((await first.textContent()) ?? '', /index-without-concurrently/)
      await page.keyboard.press('Enter')
      const preview = page.frameLocator('iframe.webview').frameLocator('#active-frame')
      await preview.getByRole('heading', { name: 'index-without-concurrently' }).waitFor()
      await picture('rule-page')
      await page
        .locator('.tab.active')
        .getByRole('button', { name: /^Close/ })
        .click()
    })

    it('starts a crashed server again, says so, and gives up on one that keeps crashing', async () => {
      const toast = (text: string) => page.locator('.notification-toast', { hasText: text })
      const kill = async (before?: number) => {
        const pid = await languageServerBelow(workbench.pid, before)
        process.kill(pid, 'SIGKILL')
        return pid
      }
      const first = await kill()
      await toast('was started again').waitFor()
      await picture('restarted')
      const gaveUp = toast('was not started again')
      await kill(await kill(await kill(first)))
      await gaveUp.waitFor()
      await picture('gave-up')
      await gaveUp.getByRole('button', { name: 'Show output' }).click()
      await page.locator('.part.panel', { hasText: '[error]' }).waitFor()
      await picture('output')
      await command(page, 'Migration Guard: Restart server')
      await page.locator('.squiggly-error').first().waitFor()
    })

    // Last: a window that is closed leaves its language server behind for a while, and the test above kills by process.
    it('tells the words of migration tools and our own from the rest of a comment', async () => {
      const other = await workbench.open({ file: 'services/billing/migrations/00001_create_invoices.sql' })
      const style = (text: string) =>
        other.locator('.view-line span span').getByText(text, { exact: true }).first().getAttribute('class')
      const comment = await style(': it goes up and down in development only')
      for (const marked of ['+goose', 'Up', 'guard', 'allow', 'dropped-table']) {
        assert.notEqual(await style(marked), comment, marked)
      }
      await other.screenshot({ path: join(artifacts, 'directives.png') })
      await other.close()
    })

    it('shows at the end of a statement its strongest lock, where that is asked for', async () => {
      const settings = join(workbench.place, 'user/User/settings.json')
      const before = JSON.parse(readFileSync(settings, 'utf8'))
      writeFileSync(settings, JSON.stringify({ ...before, 'migrationGuard.inlayHints': true }))
      const other = await workbench.open({ file: 'db/migrations/000002_index_users_email.up.sql' })
      await other.locator('.view-line', { hasText: 'SHARE · build' }).first().waitFor()
      await other.screenshot({ path: join(artifacts, 'inlay-hints.png') })
      await other.close()
    })
  })
}

const command = async (page: Page, title: string): Promise<void> => {
  await page.keyboard.press('F1')
  await page.keyboard.type(title)
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).waitFor()
  await page.keyboard.press('Enter')
}

/** A word of the open file, as the editor draws it. */
const word = (page: Page, text: string | RegExp): Locator =>
  page.locator('.view-line span span', { hasText: text }).first()
