package timebank

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

const requests = `SELECT q.id, q.kind, q.edition, q.name, q.standard, q.skill, q.level, q.identity, q.minutes, q.people, q.lifts, q.pets, q.proof, q.pay, q.coins, q.fen,
	q.asker_id, q.entered, q.entered_by, q.from_at, q.until_at, q.urgent, q.words, q.langs, q.building_id, q.grid_id, q.plan_id, q.asked_at, e.how, e.words, e.ended_at, e.ended_by
	FROM timebank_request q LEFT JOIN timebank_request_end e ON e.community_id = q.community_id AND e.request_id = q.id WHERE q.community_id = ?`

func findRequests(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Request, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		q := &Request{}
		var from, until, asked int64
		var how, words *string
		var endedAt *int64
		var endedBy []byte
		if err := rows.Scan(&q.ID, &q.Kind, &q.Edition, &q.Name, &q.Standard, &q.Skill, &q.Level, &q.Identity, &q.Minutes, &q.People, &q.Lifts, &q.Pets, &q.Proof, &q.Pay,
			&q.Coins, &q.Fen, &q.Asker, &q.Entered, &q.By, &from, &until, &q.Urgent, &q.Words, &q.Langs, &q.Building, &q.Grid, &q.Plan, &asked, &how, &words, &endedAt, &endedBy); err != nil {
			return err
		}
		q.From, q.Until, q.At = micros(from), micros(until), micros(asked)
		if how != nil {
			q.End = &End{How: Ending(*how), Words: *words, At: micros(*endedAt)}
			copy(q.End.By[:], endedBy)
		}
		all = append(all, q)
		return nil
	}, requests+where, append([]any{community[:]}, args...)...)
	return all, err
}

func insertRequest(ctx context.Context, tx *db.Tx, q *Request) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_request (community_id, id, kind, edition, name, standard, skill, level, identity, minutes, people, lifts, pets, proof, pay, coins, fen,
		asker_id, entered, entered_by, from_at, until_at, urgent, words, langs, building_id, grid_id, plan_id, asked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], q.ID[:], q.Kind, q.Edition, q.Name, q.Standard, q.Skill, q.Level, q.Identity, q.Minutes, q.People, q.Lifts, q.Pets, q.Proof, string(q.Pay),
		int64(q.Coins), int64(q.Fen), q.Asker[:], string(q.Entered), q.By[:], q.From.UnixMicro(), q.Until.UnixMicro(), q.Urgent, q.Words, q.Langs, q.Building[:], q.Grid[:], q.Plan[:], q.At.UnixMicro())
	return err
}

func insertDoor(ctx context.Context, tx *db.Tx, request id.ID, d Door) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_door (community_id, request_id, door, contact, phone, hints) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, request_id) DO UPDATE SET door = excluded.door, contact = excluded.contact, phone = excluded.phone, hints = excluded.hints`,
		tx.Community[:], request[:], d.Door, d.Contact, d.Phone, d.Hints)
	return err
}

func dropDoor(ctx context.Context, tx *db.Tx, request id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM timebank_door WHERE community_id = ? AND request_id = ?", tx.Community[:], request[:])
	return err
}

const offers = `SELECT o.id, o.request_id, o.helper_id, o.shop_id, o.ring, o.metres, o.reasons, o.made_at, o.until_at, o.made_by, y.ready_at, a.says, a.words, a.said_at
	FROM timebank_offer o LEFT JOIN timebank_ready y ON y.community_id = o.community_id AND y.offer_id = o.id LEFT JOIN timebank_answer a ON a.community_id = o.community_id AND a.offer_id = o.id WHERE o.community_id = ?`

func findOffers(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Offer, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		o := &Offer{}
		var at, until int64
		var says, words *string
		var ready, said *int64
		if err := rows.Scan(&o.ID, &o.Request, &o.Helper, &o.Shop, &o.Ring, &o.Metres, &o.Reasons, &at, &until, &o.By, &ready, &says, &words, &said); err != nil {
			return err
		}
		o.At, o.Until = micros(at), micros(until)
		if ready != nil {
			o.Ready = micros(*ready)
		}
		if says != nil {
			o.Answer = &Answer{Says: Says(*says), Words: *words, At: micros(*said)}
		}
		all = append(all, o)
		return nil
	}, offers+where, append([]any{community[:]}, args...)...)
	return all, err
}

func insertOffer(ctx context.Context, tx *db.Tx, o *Offer) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_offer (community_id, id, request_id, helper_id, shop_id, ring, metres, reasons, made_at, until_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], o.ID[:], o.Request[:], o.Helper[:], o.Shop[:], o.Ring, o.Metres, o.Reasons, o.At.UnixMicro(), o.Until.UnixMicro(), o.By[:])
	return err
}

func insertReady(ctx context.Context, tx *db.Tx, offer id.ID, at time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO timebank_ready (community_id, offer_id, ready_at) VALUES (?, ?, ?)", tx.Community[:], offer[:], at.UnixMicro())
	return err
}

func insertAnswer(ctx context.Context, tx *db.Tx, offer id.ID, a *Answer) error {
	_, err := tx.Exec(ctx, "INSERT INTO timebank_answer (community_id, offer_id, says, words, said_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], offer[:], string(a.Says), a.Words, a.At.UnixMicro())
	return err
}

const assignments = `SELECT a.id, a.request_id, a.place, a.helper_id, a.shop_id, a.offer_id, a.how, a.reason, a.code, a.made_at, a.made_by,
	s.state, s.words, s.minutes, s.near, s.taken_at, s.taken_by
	FROM timebank_assignment a LEFT JOIN timebank_step s ON s.community_id = a.community_id AND s.assignment_id = a.id WHERE a.community_id = ?`

// findAssignments reads assignments with their steps, in the order of an expression
// behind which those of one stay together.
func findAssignments(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Assignment, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		a := &Assignment{}
		var at int64
		var state, words *string
		var minutes, near, taken *int64
		var by []byte
		if err := rows.Scan(&a.ID, &a.Request, &a.Place, &a.Helper, &a.Shop, &a.Offer, &a.How, &a.Reason, &a.Code, &at, &a.By, &state, &words, &minutes, &near, &taken, &by); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].ID == a.ID {
			a = all[n-1]
		} else {
			a.At = micros(at)
			all = append(all, a)
		}
		if state != nil {
			s := Step{State: State(*state), Words: *words, Minutes: int(*minutes), Near: int(*near), At: micros(*taken)}
			copy(s.By[:], by)
			a.Steps = append(a.Steps, s)
		}
		return nil
	}, assignments+where, append([]any{community[:]}, args...)...)
	return all, err
}

// latest is the end of a query for assignments, the newest first.
const latest = " ORDER BY a.made_at DESC, a.id DESC, s.n"

func insertAssignment(ctx context.Context, tx *db.Tx, a *Assignment) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_assignment (community_id, id, request_id, place, helper_id, shop_id, offer_id, how, reason, code, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], a.ID[:], a.Request[:], a.Place, a.Helper[:], a.Shop[:], a.Offer[:], string(a.How), a.Reason, a.Code, a.At.UnixMicro(), a.By[:])
	return err
}

func insertStep(ctx context.Context, tx *db.Tx, assignment id.ID, n int, s Step) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_step (community_id, assignment_id, n, state, words, minutes, near, taken_at, taken_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], assignment[:], n, string(s.State), s.Words, s.Minutes, s.Near, s.At.UnixMicro(), s.By[:])
	return err
}

func findPlans(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Plan, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		p := &Plan{}
		var at int64
		var words *string
		var ended *int64
		var by []byte
		if err := rows.Scan(&p.ID, &p.Kind, &p.Asker, &p.Entered, &p.By, &p.Weekdays, &p.Minute, &p.First, &p.Last, &p.Words, &p.Door.Door, &p.Door.Contact, &p.Door.Phone, &p.Door.Hints,
			&p.Building, &p.Grid, &at, &words, &ended, &by); err != nil {
			return err
		}
		p.At = micros(at)
		if words != nil {
			p.End = &PlanEnd{Words: *words, At: micros(*ended)}
			copy(p.End.By[:], by)
		}
		all = append(all, p)
		return nil
	}, `SELECT p.id, p.kind, p.asker_id, p.entered, p.entered_by, p.weekdays, p.minute, p.first_day, p.last_day, p.words, p.door, p.contact, p.phone, p.hints,
		p.building_id, p.grid_id, p.made_at, e.words, e.ended_at, e.ended_by
		FROM timebank_plan p LEFT JOIN timebank_plan_end e ON e.community_id = p.community_id AND e.plan_id = p.id WHERE p.community_id = ?`+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

func insertPlan(ctx context.Context, tx *db.Tx, p *Plan) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_plan (community_id, id, kind, asker_id, entered, entered_by, weekdays, minute, first_day, last_day, words, door, contact, phone, hints,
		building_id, grid_id, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], p.ID[:], p.Kind, p.Asker[:], string(p.Entered), p.By[:], int64(p.Weekdays), p.Minute, int64(p.First), int64(p.Last), p.Words,
		p.Door.Door, p.Door.Contact, p.Door.Phone, p.Door.Hints, p.Building[:], p.Grid[:], p.At.UnixMicro())
	return err
}
