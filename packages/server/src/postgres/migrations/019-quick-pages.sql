-- A day of figures is shown in steps of five minutes: kept by the minute for longer than an hour's picture needs, it was
-- five times as many rows to add up.
alter table figure drop constraint figure_grain_check;
alter table figure add constraint figure_grain_check check (grain in ('minute', 'five-minutes', 'hour', 'day'));

-- What was done in all, once nothing is left to do; before, and of those that ended before there was this, it is counted.
alter table revocation add column counts jsonb;
