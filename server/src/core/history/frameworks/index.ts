import dbmate from './dbmate'
import flyway from './flyway'
import type { Framework } from './framework'
import golangMigrate from './golang-migrate'
import goose from './goose'
import liquibase from './liquibase'
import nodePgMigrate from './node-pg-migrate'
import plain from './plain'
import prisma from './prisma'

/** Every migration tool that we know. Where two are equally sure of a folder, the earlier one has it. */
export const frameworks: readonly Framework[] = [
  prisma,
  liquibase,
  goose,
  dbmate,
  flyway,
  golangMigrate,
  nodePgMigrate,
  plain,
]

/** What settings call the tools, in the order of the alphabet. */
export const frameworkIds: readonly string[] = frameworks.map(({ id }) => id).toSorted()
