import type { Call } from '../sql/parts'
import type { Catalog } from './catalog'
import { volatilityOfCall } from './volatility'

/** PostgreSQL's own aggregates, by their names in pg_proc (proven in test/postgres/aggregates.test.ts). */
export const aggregates: ReadonlySet<string> = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every
  json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict
  jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
  jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont percentile_disc range_agg range_intersect_agg
  rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop
  stddev_samp string_agg sum var_pop var_samp variance xmlagg`.split(/\s+/),
)

/** Its window functions. */
export const windowFunctions: ReadonlySet<string> = new Set(
  'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number'.split(' '),
)

/** Returns whether a call is known to look at one row at a time: of an unknown function anything may be true. */
export const isPlainFunction = (call: Call, catalog: Catalog): boolean =>
  !aggregates.has(call.name) && !windowFunctions.has(call.name) && volatilityOfCall(call, catalog) !== 'unknown'
