-- All that was counted in one span of time at one provider is one row: its counters, and its spreads with 56 slots each, by
-- their place in domain/figures.ts. A day of 24 measures was 78,000 rows to read, and is 1,600.
create function each_added(one bigint[], other bigint[]) returns bigint[] language sql immutable parallel safe as $$
  select array(select coalesce(a, 0) + coalesce(b, 0) from unnest(one, other) with ordinality as pair (a, b, place) order by place)
$$;
create aggregate each_sum(bigint[]) (sfunc = each_added, stype = bigint[], initcond = '{}', parallel = safe);

alter table figure rename to figure_by_measure;
alter table figure_by_measure rename constraint figure_pkey to figure_by_measure_pkey;
drop index figure_by_age;
create table figure (
  account_id uuid not null references account on delete cascade,
  at timestamptz not null,
  provider text not null check (length(provider) <= 40),
  grain text not null check (grain in ('minute', 'five-minutes', 'hour', 'day')),
  counters bigint[] not null,
  spreads bigint[] not null,
  primary key (account_id, at, provider, grain)
);
create index figure_by_age on figure (grain, at);

alter table figure enable row level security;
alter table figure force row level security;
create policy by_account on figure using (
  account_id = (select case when current_setting('kalends.account_id', true) ~ '^[0-9a-f-]{36}$'
    then current_setting('kalends.account_id', true)::uuid end)
  or (select current_setting('kalends.account_id', true) = 'system'));

select set_config('kalends.account_id', 'system', true);
with places as (
  select measure, 0 as slot, true as is_counter, place from unnest(array['notices-received', 'notices-replayed', 'hints-sent', 'passes-by-hint', 'passes-by-timer', 'passes-to-repair', 'passes-failed', 'changes-found', 'changes-unannounced', 'seconds-watched', 'looks-late', 'accesses-stored', 'accesses-shared', 'accesses-refreshed', 'refreshes-failed', 'accesses-handed-over', 'grants-lost', 'grants-mended', 'subscriptions-armed', 'subscriptions-renewed', 'subscriptions-lost', 'subscriptions-failed']) with ordinality as counter (measure, place)
  union all
  select measure, slot, false, (number - 1) * 56 + slot + 1
  from unnest(array['own-share', 'provider-lag', 'known-age', 'grant-silence']) with ordinality as spread (measure, number), generate_series(0, 55) as slot
), spans as (
  select distinct account_id, at, provider, grain from figure_by_measure
)
insert into figure (account_id, at, provider, grain, counters, spreads)
select account_id, at, provider, grain,
  array_agg(coalesce(count, 0) order by place) filter (where is_counter),
  array_agg(coalesce(count, 0) order by place) filter (where not is_counter)
from spans cross join places left join figure_by_measure using (account_id, at, provider, grain, measure, slot)
group by account_id, at, provider, grain;
drop table figure_by_measure;
