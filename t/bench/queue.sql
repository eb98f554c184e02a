-- Fills the queue with :rows synthetic applications, whose values are hashes
-- of a counter.  They have no accounts and no history: triggers and foreign
-- keys sleep meanwhile.  Three of five are pending, fifty come due on a day of
-- the past or the future, one in fifty thousand has a given name.

SET session_replication_role = replica;
SET maintenance_work_mem = '128MB';
SET synchronous_commit = off;

CREATE TEMP TABLE shelf AS
SELECT i.indexrelid::regclass::text AS name,
       pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i
 WHERE i.indrelid = 'registration.application'::regclass
   AND NOT EXISTS (SELECT FROM pg_constraint c
                    WHERE c.conindid = i.indexrelid);

SELECT format('DROP INDEX %s', name) FROM shelf \gexec

INSERT INTO registration.application
       (id, account_id, number, draft, status, version, residence,
        applicant_type, document_type, region, industry, office,
        notice_version, submitted_at, due_date, due_provisional, name_hash,
        id_number_hash, mobile_hash, email_hash, data_key, sealed)
SELECT 'synthetic----' || lpad(i::text, 9, '0'), i,
       to_char(day, 'YYYYMMDD') || lpad((i % 1000000)::text, 6, '0')
       || registration.check_digit(to_char(day, 'YYYYMMDD')
                                   || lpad((i % 1000000)::text, 6, '0')),
       sha256(('draft' || i)::bytea),
       (ARRAY['pending', 'pending', 'pending', 'approved', 'returned'])
           [i % 5 + 1],
       1, 'in_province', type.applicant, type.document, '410102', 'software',
       'office-' || i % 18, '1', day, day::date + 9, false,
       sha256(('name' || i % 50000)::bytea),
       sha256(('id_number' || i)::bytea), sha256(('mobile' || i)::bytea),
       sha256(('email' || i)::bytea), substring(noise FOR 77),
       noise
  FROM generate_series(1, :rows) i
 CROSS JOIN LATERAL (
       SELECT timestamp '2026-06-01' + (i / (:rows / 400 + 1))
                                       * interval '1 day' AS day) d
 CROSS JOIN LATERAL (
       SELECT CASE WHEN i % 1000 = 0 THEN 'non_enterprise'
                   WHEN i % 10 = 0 THEN 'enterprise'
                   ELSE 'natural_person' END,
              CASE WHEN i % 1000 = 0 THEN 'foundation_certificate'
                   WHEN i % 10 = 0 THEN 'business_licence'
                   ELSE 'resident_id_card' END) type (applicant, document)
 CROSS JOIN LATERAL (
       SELECT string_agg(sha256((i || ' ' || j)::bytea), '')
         FROM generate_series(1, 20) j) n (noise);

SELECT definition FROM shelf \gexec

TRUNCATE registration.status_count;

INSERT INTO registration.status_count (status, due_date, n)
SELECT a.status, registration.count_day(a.status, a.due_date), count(*)
  FROM registration.application a
 GROUP BY 1, 2;

INSERT INTO registration.reviewer (name) VALUES ('bench')
    ON CONFLICT DO NOTHING;

RESET session_replication_role;
ANALYZE registration.application;
ANALYZE registration.status_count;
