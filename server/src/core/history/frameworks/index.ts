import alembic from './alembic'
import atlas from './atlas'
import bun from './bun'
import dbMigrate from './db-migrate'
import dbmate from './dbmate'
import dbutil from './dbutil'
import diesel from './diesel'
import drizzle from './drizzle'
import evolve from './evolve'
import flyway from './flyway'
import type { Framework } from './framework'
import golangMigrate from './golang-migrate'
import goose from './goose'
import graphileMigrate from './graphile-migrate'
import hasura from './hasura'
import liquibase from './liquibase'
import morph from './morph'
import nodePgMigrate from './node-pg-migrate'
import plain from './plain'
import play from './play'
import pop from './pop'
import postgrator from './postgrator'
import postgresMigrations from './postgres-migrations'
import prisma from './prisma'
import refinery from './refinery'
import sqitch from './sqitch'
import sqlMigrate from './sql-migrate'
import sqlx from './sqlx'
import supabase from './supabase'
import tern from './tern'
import yoyo from './yoyo'
import yuniql from './yuniql'

/** Every migration tool that we know. Where two are equally sure of a folder, the earlier one has it. */
export const frameworks: readonly Framework[] = [
  prisma,
  liquibase,
  drizzle,
  goose,
  dbmate,
  dbutil,
  sqlMigrate,
  play,
  tern,
  refinery,
  evolve,
  flyway,
  supabase,
  hasura,
  diesel,
  sqlx,
  graphileMigrate,
  sqitch,
  alembic,
  atlas,
  pop,
  nodePgMigrate,
  postgresMigrations,
  yoyo,
  dbMigrate,
  yuniql,
  postgrator,
  morph,
  bun,
  golangMigrate,
  plain,
]

/** What settings call the tools, in the order of the alphabet. */
export const frameworkIds: readonly string[] = frameworks.map(({ id }) => id).toSorted()
