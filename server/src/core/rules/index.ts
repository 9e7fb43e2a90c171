import allowComment from './allow-comment'
import appliedMigrationEdited from './applied-migration-edited'
import attachPartitionScan from './attach-partition-scan'
import autovacuumOff from './autovacuum-off'
import batchMissesRows from './batch-misses-rows'
import batchesInOneTransaction from './batches-in-one-transaction'
import blankPaddedType from './blank-padded-type'
import broadGrant from './broad-grant'
import changedDefault from './changed-default'
import changingCheck from './changing-check'
import checkValidatedAtOnce from './check-validated-at-once'
import columnTypeRewrite from './column-type-rewrite'
import concurrentlyInTransactionBlock from './concurrently-in-transaction-block'
import constraintNeverValidated from './constraint-never-validated'
import detachPartitionWithoutConcurrently from './detach-partition-without-concurrently'
import discouragedType from './discouraged-type'
import domainConstraintScan from './domain-constraint-scan'
import downCannotRun from './down-cannot-run'
import downDoesNotMirrorUp from './down-does-not-mirror-up'
import dropIndexWithoutConcurrently from './drop-index-without-concurrently'
import droppedColumn from './dropped-column'
import droppedNotNull from './dropped-not-null'
import droppedPolicy from './dropped-policy'
import droppedSchema from './dropped-schema'
import droppedTable from './dropped-table'
import droppedView from './dropped-view'
import droppedWhileUsed from './dropped-while-used'
import duplicateVersion from './duplicate-version'
import emptyDown from './empty-down'
import enumType from './enum-type'
import enumValueUsedAtOnce from './enum-value-used-at-once'
import exclusionConstraintBuildsIndex from './exclusion-constraint-builds-index'
import explicitLock from './explicit-lock'
import foreignKeyTypeMismatch from './foreign-key-type-mismatch'
import foreignKeyValidatedAtOnce from './foreign-key-validated-at-once'
import foreignKeyWithoutIndex from './foreign-key-without-index'
import halfAppliedOnFailure from './half-applied-on-failure'
import identifierCut from './identifier-cut'
import indexDroppedBeforeReplacement from './index-dropped-before-replacement'
import indexNameTaken from './index-name-taken'
import indexWithoutConcurrently from './index-without-concurrently'
import insertNotRepeatable from './insert-not-repeatable'
import integerKey from './integer-key'
import invalidIndexAccepted from './invalid-index-accepted'
import jsonColumn from './json-column'
import lateVersion from './late-version'
import lengthLimit from './length-limit'
import lockOrderInversion from './lock-order-inversion'
import lockTimeoutMissing from './lock-timeout-missing'
import lowCardinalityIndex from './low-cardinality-index'
import manyTablesLocked from './many-tables-locked'
import missingDown from './missing-down'
import missingUniqueKey from './missing-unique-key'
import movedSchema from './moved-schema'
import narrowedType from './narrowed-type'
import nestedTransaction from './nested-transaction'
import notEnforcedConstraint from './not-enforced-constraint'
import notNullScan from './not-null-scan'
import openPolicy from './open-policy'
import partitionCreatedUnderLock from './partition-created-under-lock'
import partitionDroppedUnderLock from './partition-dropped-under-lock'
import policyWithoutRowSecurity from './policy-without-row-security'
import primaryKeyBuildsIndex from './primary-key-builds-index'
import primaryKeyDropped from './primary-key-dropped'
import redundantIndex from './redundant-index'
import refreshWithoutConcurrently from './refresh-without-concurrently'
import refusedInTransactionBlock from './refused-in-transaction-block'
import refusedOutsideTransactionBlock from './refused-outside-transaction-block'
import reindexWithoutConcurrently from './reindex-without-concurrently'
import removedEnumLabel from './removed-enum-label'
import renamedColumn from './renamed-column'
import renamedEnumValue from './renamed-enum-value'
import renamedTable from './renamed-table'
import repeatedIndexColumn from './repeated-index-column'
import replacedFunctionInIndex from './replaced-function-in-index'
import requiredColumnWithoutDefault from './required-column-without-default'
import rollbackLosesData from './rollback-loses-data'
import rowSecurityWithoutPolicy from './row-security-without-policy'
import type { Rule } from './rule'
import searchPathOfCaller from './search-path-of-caller'
import sequenceNotReset from './sequence-not-reset'
import serialColumn from './serial-column'
import serverWideChange from './server-wide-change'
import sessionSettingLeaks from './session-setting-leaks'
import shortTimeoutOverConcurrentBuild from './short-timeout-over-concurrent-build'
import statementFails from './statement-fails'
import statisticsMissing from './statistics-missing'
import tableRewritten from './table-rewritten'
import tableWithoutPrimaryKey from './table-without-primary-key'
import tableWithoutRowSecurity from './table-without-row-security'
import timestampWithoutTimeZone from './timestamp-without-time-zone'
import triggersDisabled from './triggers-disabled'
import truncatedTable from './truncated-table'
import twoTools from './two-tools'
import unbatchedBackfill from './unbatched-backfill'
import unclearOrder from './unclear-order'
import uncommittedTransaction from './uncommitted-transaction'
import unguardedStatement from './unguarded-statement'
import uniqueConstraintBuildsIndex from './unique-constraint-builds-index'
import unlistedMigration from './unlisted-migration'
import unloggedTable from './unlogged-table'
import unnamedObject from './unnamed-object'
import updatedAtWithoutTrigger from './updated-at-without-trigger'
import validatedInSameTransaction from './validated-in-same-transaction'
import viewPastRowSecurity from './view-past-row-security'
import volatileDefault from './volatile-default'
import wideIndex from './wide-index'
import workUnderLock from './work-under-lock'
import writtenPassword from './written-password'

/** Every rule, in the order of documentation: by risk, then from the commonest hazard on. */
export const rules: readonly Rule[] = [
  indexWithoutConcurrently,
  dropIndexWithoutConcurrently,
  reindexWithoutConcurrently,
  refreshWithoutConcurrently,
  foreignKeyValidatedAtOnce,
  checkValidatedAtOnce,
  validatedInSameTransaction,
  uniqueConstraintBuildsIndex,
  primaryKeyBuildsIndex,
  exclusionConstraintBuildsIndex,
  notNullScan,
  domainConstraintScan,
  attachPartitionScan,
  detachPartitionWithoutConcurrently,
  partitionCreatedUnderLock,
  partitionDroppedUnderLock,
  volatileDefault,
  columnTypeRewrite,
  tableRewritten,
  unbatchedBackfill,
  workUnderLock,
  batchesInOneTransaction,
  concurrentlyInTransactionBlock,
  refusedInTransactionBlock,
  refusedOutsideTransactionBlock,
  enumValueUsedAtOnce,
  batchMissesRows,
  nestedTransaction,
  uncommittedTransaction,
  halfAppliedOnFailure,
  sessionSettingLeaks,
  shortTimeoutOverConcurrentBuild,
  invalidIndexAccepted,
  indexNameTaken,
  requiredColumnWithoutDefault,
  insertNotRepeatable,
  sequenceNotReset,
  replacedFunctionInIndex,
  constraintNeverValidated,
  droppedColumn,
  droppedTable,
  droppedView,
  truncatedTable,
  droppedSchema,
  narrowedType,
  triggersDisabled,
  rollbackLosesData,
  downCannotRun,
  downDoesNotMirrorUp,
  emptyDown,
  missingDown,
  renamedColumn,
  renamedTable,
  movedSchema,
  changedDefault,
  droppedNotNull,
  renamedEnumValue,
  removedEnumLabel,
  primaryKeyDropped,
  redundantIndex,
  indexDroppedBeforeReplacement,
  foreignKeyWithoutIndex,
  lockOrderInversion,
  manyTablesLocked,
  lockTimeoutMissing,
  explicitLock,
  statementFails,
  droppedWhileUsed,
  duplicateVersion,
  twoTools,
  lateVersion,
  unlistedMigration,
  unclearOrder,
  appliedMigrationEdited,
  foreignKeyTypeMismatch,
  jsonColumn,
  discouragedType,
  integerKey,
  serialColumn,
  timestampWithoutTimeZone,
  lengthLimit,
  identifierCut,
  unloggedTable,
  lowCardinalityIndex,
  statisticsMissing,
  autovacuumOff,
  wideIndex,
  repeatedIndexColumn,
  missingUniqueKey,
  changingCheck,
  notEnforcedConstraint,
  tableWithoutPrimaryKey,
  enumType,
  unnamedObject,
  updatedAtWithoutTrigger,
  blankPaddedType,
  broadGrant,
  searchPathOfCaller,
  rowSecurityWithoutPolicy,
  droppedPolicy,
  policyWithoutRowSecurity,
  openPolicy,
  tableWithoutRowSecurity,
  viewPastRowSecurity,
  writtenPassword,
  serverWideChange,
  unguardedStatement,
  allowComment,
]
