package points

import (
	"context"
	"database/sql"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
)

// Managers lists the property managers of a community.
func (s *Service) Managers(ctx context.Context, r db.Reader, community id.ID) ([]Manager, error) {
	return managers(ctx, r, community, "1 = 1 ORDER BY m.id")
}

// ManagerByID finds a property manager.
func (s *Service) ManagerByID(ctx context.Context, r db.Reader, community, manager id.ID) (Manager, error) {
	all, err := managers(ctx, r, community, "m.id = ?", manager[:])
	if err != nil || len(all) == 0 {
		return Manager{}, errors.Join(err, missing(err, ErrNoManager))
	}
	return all[0], nil
}

func managers(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Manager, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var m Manager
		var added, set int64
		err := rows.Scan(&m.ID, &m.Place, &m.Name, &added, &m.Pay.Number, &m.Pay.Bank, &m.Pay.Account, &m.Pay.Holder, &m.Pay.By, &set)
		m.Added, m.Pay.At = micros(added), micros(set)
		all = append(all, m)
		return err
	}, `SELECT m.id, m.place_id, m.name, m.added_at, a.number, a.bank, a.account, a.holder, a.set_by, a.set_at
		FROM points_manager m JOIN points_manager_account a ON a.community_id = m.community_id AND a.manager_id = m.id
			AND a.number = (SELECT MAX(l.number) FROM points_manager_account l WHERE l.community_id = m.community_id AND l.manager_id = m.id)
		WHERE m.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Offset finds an offset.
func (s *Service) Offset(ctx context.Context, r db.Reader, community, offset id.ID) (*Offset, error) {
	return oneOffset(ctx, r, community, "o.id = ?", offset[:])
}

// OffsetByReference finds an offset by the digits of its line.
func (s *Service) OffsetByReference(ctx context.Context, r db.Reader, community id.ID, reference string) (*Offset, error) {
	return oneOffset(ctx, r, community, "o.reference = ?", reference)
}

// OffsetsOf lists the offsets of a member, the latest first.
func (s *Service) OffsetsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]Offset, error) {
	return offsets(ctx, r, community, "o.member_id = ? ORDER BY o.id DESC", member[:])
}

// Unfiled lists the offsets that wait for a file of a property manager, the first
// first.
func (s *Service) Unfiled(ctx context.Context, r db.Reader, community, manager id.ID) ([]Offset, error) {
	return offsets(ctx, r, community, "o.manager_id = ? AND l.file_id IS NULL AND a.verdict IS NULL ORDER BY o.id", manager[:])
}

func oneOffset(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Offset, error) {
	all, err := offsets(ctx, r, community, where, args...)
	if err != nil || len(all) == 0 {
		return nil, errors.Join(err, missing(err, ErrNoOffset))
	}
	return &all[0], nil
}

func offsets(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Offset, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var o Offset
		var at int64
		var line, seq, answered sql.NullInt64
		var verdict, reason, by sql.NullString
		if err := rows.Scan(&o.ID, &o.Manager, &o.Member, &o.Reference, &o.Account, &o.Door, &o.Month, &o.Bill, &o.Points, &o.PerYuan, &o.Amount, &o.Seq, &o.By, &at,
			&o.File, &line, &verdict, &reason, &seq, &by, &answered); err != nil {
			return err
		}
		o.At, o.Line = micros(at), line.Int64
		if verdict.Valid {
			o.Answer = &OffsetAnswer{Answer: Answer(verdict.String), Reason: reason.String, Seq: seq.Int64, By: by.String, At: micros(answered.Int64)}
		}
		all = append(all, o)
		return nil
	}, `SELECT o.id, o.manager_id, o.member_id, o.reference, o.account, o.door, o.bill_month, o.bill, o.points, o.per_yuan, o.amount, o.seq, o.asked_by, o.asked_at,
		l.file_id, l.line, a.verdict, a.reason, a.seq, a.answered_by, a.answered_at
		FROM points_offset o LEFT JOIN points_offset_line l ON l.community_id = o.community_id AND l.offset_id = o.id
		LEFT JOIN points_offset_answer a ON a.community_id = o.community_id AND a.offset_id = o.id
		WHERE o.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Files lists the files of a property manager with their lines, the latest first.
func (s *Service) Files(ctx context.Context, r db.Reader, community, manager id.ID) ([]OffsetFile, error) {
	return offsetFiles(ctx, r, community, "f.manager_id = ? ORDER BY f.id DESC", manager[:])
}

// File finds a file with its lines.
func (s *Service) File(ctx context.Context, r db.Reader, community, file id.ID) (*OffsetFile, error) {
	all, err := offsetFiles(ctx, r, community, "f.id = ?", file[:])
	if err != nil || len(all) == 0 {
		return nil, errors.Join(err, missing(err, ErrNoFile))
	}
	return &all[0], nil
}

func offsetFiles(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []OffsetFile, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var f OffsetFile
		var at int64
		var amount, seq, paid sql.NullInt64
		var means, reference, by sql.NullString
		if err := rows.Scan(&f.ID, &f.Manager, &f.Month, &f.Number, &f.By, &at, &amount, &means, &reference, &seq, &by, &paid); err != nil {
			return err
		}
		f.At = micros(at)
		if paid.Valid {
			f.Payment = &OffsetPayment{Amount: amountOf(amount), Means: charter.Means(means.String), Reference: reference.String, Seq: seq.Int64, By: by.String, At: micros(paid.Int64)}
		}
		all = append(all, f)
		return nil
	}, `SELECT f.id, f.manager_id, f.month, f.number, f.made_by, f.made_at, p.amount, p.means, p.reference, p.seq, p.paid_by, p.paid_at
		FROM points_offset_file f LEFT JOIN points_offset_payment p ON p.community_id = f.community_id AND p.file_id = f.id
		WHERE f.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Lines, err = offsets(ctx, r, community, "l.file_id = ? ORDER BY l.line", all[i].ID[:]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func amountOf(n sql.NullInt64) money.Amount { return money.Amount(n.Int64) }
