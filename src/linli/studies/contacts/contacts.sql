-- Who was with one of these cases, at the same place at the same time, for long enough?
--
-- In DuckDB's dialect; sqlglot says the same to Spark. Asked of two views:
--   visits (person_id, place_id, from_s, to_s)  whole seconds on any one scale, to_s excluded
--   cases  (person_id, from_s, to_s)            the seconds in which the case may have infected
-- $least_s: the least seconds together, in one meeting.
-- One row a case and contact. A case may be the contact of another.
WITH infectious AS (
    SELECT
        visits.person_id AS case_id,
        visits.place_id,
        GREATEST(visits.from_s, cases.from_s) AS from_s,
        LEAST(visits.to_s, cases.to_s) AS to_s
    FROM visits
    INNER JOIN cases ON visits.person_id = cases.person_id
    WHERE LEAST(visits.to_s, cases.to_s) - GREATEST(visits.from_s, cases.from_s) >= $least_s
),

meetings AS (
    SELECT
        infectious.case_id,
        visits.person_id AS contact_id,
        visits.place_id,
        LEAST(infectious.to_s, visits.to_s)
        - GREATEST(infectious.from_s, visits.from_s) AS together_s,
        GREATEST(infectious.from_s, visits.from_s) AS met_s
    FROM infectious
    INNER JOIN visits
        ON infectious.place_id = visits.place_id
        AND visits.from_s <= infectious.to_s - $least_s
        AND visits.to_s >= infectious.from_s + $least_s
    WHERE visits.person_id <> infectious.case_id
)

SELECT
    case_id,
    contact_id,
    CAST(COUNT(*) AS BIGINT) AS n_meetings,
    CAST(COUNT(DISTINCT place_id) AS BIGINT) AS n_places,
    CAST(SUM(together_s) AS BIGINT) AS together_s,
    CAST(MAX(together_s) AS BIGINT) AS longest_s,
    MIN(met_s) AS first_met_s,
    MAX(met_s) AS last_met_s
FROM meetings
WHERE together_s >= $least_s
GROUP BY case_id, contact_id
ORDER BY case_id, contact_id
