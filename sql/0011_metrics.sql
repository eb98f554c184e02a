-- Figures for whoever watches the service, none of them about a person: one
-- row, of counts that are kept and of the outbox.  Who is overdue goes by the
-- day in China.

CREATE FUNCTION registration.metrics()
RETURNS TABLE (pending bigint, approved bigint, returned bigint,
               rejected bigint, overdue bigint, overdue_days bigint,
               outbox_waiting bigint, outbox_seconds bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today  date := (now() AT TIME ZONE interval '8 hours')::date;
BEGIN
    SELECT coalesce(sum(c.n) FILTER (WHERE c.status = 'pending'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'approved'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'returned'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'rejected'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'pending'
                                       AND c.due_date < today), 0),
           coalesce(today - min(c.due_date) FILTER (WHERE c.status = 'pending'
                                                      AND c.due_date < today),
                    0)
      INTO pending, approved, returned, rejected, overdue, overdue_days
      FROM registration.status_count c
     WHERE c.n > 0;

    SELECT w.waiting, w.oldest_seconds INTO outbox_waiting, outbox_seconds
      FROM registration.outbox_waiting() w;

    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION registration.metrics FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.metrics TO registration_module;
