package offer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

func insertVersion(ctx context.Context, tx *db.Tx, o *Offer) error {
	terms, err := json.Marshal(&o.Terms)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO offer_version (community_id, offer_id, version, last_day, terms, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], int64(o.Version), int64(o.When.Last), string(terms), o.At.UnixMicro(), o.By[:])
	return err
}

// loadShop reads what may still be good: the day before today runs somewhere.
func loadShop(ctx context.Context, tx *db.Tx, shop id.ID) ([]*Offer, error) {
	yesterday := period.DayOf(tx.Now, time.UTC) - 1
	return list(ctx, tx, tx.Community, " AND o.merchant_id = ? AND e.offer_id IS NULL AND v.last_day >= ? ORDER BY o.made_at, o.id", shop[:], int64(yesterday))
}

const selectVersion = "SELECT o.id, o.merchant_id, v.version, v.terms, o.made_at, v.made_at, v.made_by, e.ended_at, e.ended_by, e.words" +
	" FROM offer o JOIN offer_version v ON v.community_id = o.community_id AND v.offer_id = o.id" +
	" LEFT JOIN offer_end e ON e.community_id = o.community_id AND e.offer_id = o.id WHERE o.community_id = ?"

// list reads offers at their latest version.
func list(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) ([]*Offer, error) {
	return query(ctx, r, selectVersion+" AND v.version = (SELECT max(l.version) FROM offer_version l WHERE l.community_id = o.community_id AND l.offer_id = o.id)"+where,
		append([]any{community[:]}, args...)...)
}

func versions(ctx context.Context, r db.Reader, community, offer id.ID) ([]*Offer, error) {
	return query(ctx, r, selectVersion+" AND o.id = ? ORDER BY v.version", community[:], offer[:])
}

func query(ctx context.Context, r db.Reader, statement string, args ...any) (all []*Offer, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		o := &Offer{}
		var terms string
		var version, made, at int64
		var ended *int64
		var by []byte
		var words *string
		if err := rows.Scan(&o.ID, &o.Merchant, &version, &terms, &made, &at, &o.By, &ended, &by, &words); err != nil {
			return err
		}
		o.Version, o.MadeAt, o.At = int(version), time.UnixMicro(made).UTC(), time.UnixMicro(at).UTC()
		if ended != nil {
			o.End = &End{At: time.UnixMicro(*ended).UTC(), Words: *words}
			copy(o.End.By[:], by)
		}
		all = append(all, o)
		return json.Unmarshal([]byte(terms), &o.Terms)
	}, statement, args...)
	return all, err
}

func loadCount(ctx context.Context, tx *db.Tx, offer id.ID) (c used, err error) {
	var row struct {
		Uses  int64 `db:"uses"`
		Saved int64 `db:"saved"`
	}
	err = db.One(ctx, tx, &row, "SELECT uses, saved FROM offer_count WHERE community_id = ? AND offer_id = ?", tx.Community[:], offer[:])
	return used{row.Uses, money.Amount(row.Saved)}, absent(err)
}

// countsOf is how far the offers of a community are used.
func countsOf(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]used, error) {
	all := make(map[id.ID]used)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var offer id.ID
		var c used
		err := rows.Scan(&offer, &c.uses, &c.saved)
		all[offer] = c
		return err
	}, "SELECT offer_id, uses, saved FROM offer_count WHERE community_id = ?", community[:])
}

func loadPerson(ctx context.Context, tx *db.Tx, k personKey) (uses int64, err error) {
	err = db.One(ctx, tx, &uses, "SELECT uses FROM offer_person WHERE community_id = ? AND offer_id = ? AND member_id = ?", tx.Community[:], k.offer[:], k.member[:])
	return uses, absent(err)
}

func loadTake(ctx context.Context, tx *db.Tx, by id.ID) (t take, err error) {
	var row struct {
		Member id.ID  `db:"member_id"`
		Parts  string `db:"parts"`
		At     int64  `db:"taken_at"`
		Freed  int64  `db:"freed_at"`
	}
	err = db.One(ctx, tx, &row, "SELECT member_id, parts, taken_at, freed_at FROM offer_take WHERE community_id = ? AND by_id = ?", tx.Community[:], by[:])
	if err != nil {
		return t, absent(err)
	}
	t = take{Member: row.Member, At: row.At, Freed: row.Freed}
	return t, json.Unmarshal([]byte(row.Parts), &t.Parts)
}

func absent(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func writeCounts(community id.ID, keys []id.ID, values []used) *db.Bulk {
	n := len(keys)
	communities, offers, uses, saved := make([][]byte, n), make([][]byte, n), make([]int64, n), make([]int64, n)
	for i := range keys {
		communities[i], offers[i], uses[i], saved[i] = community[:], keys[i][:], values[i].uses, int64(values[i].saved)
	}
	return &db.Bulk{
		Table: "offer_count", Conflict: "ON CONFLICT (community_id, offer_id) DO UPDATE SET uses = excluded.uses, saved = excluded.saved",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "offer_id", Bytes: offers}, {Name: "uses", Ints: uses}, {Name: "saved", Ints: saved}},
	}
}

func writePersons(community id.ID, keys []personKey, values []int64) *db.Bulk {
	n := len(keys)
	communities, offers, members := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i := range keys {
		communities[i], offers[i], members[i] = community[:], keys[i].offer[:], keys[i].member[:]
	}
	return &db.Bulk{
		Table: "offer_person", Conflict: "ON CONFLICT (community_id, offer_id, member_id) DO UPDATE SET uses = excluded.uses",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "offer_id", Bytes: offers}, {Name: "member_id", Bytes: members}, {Name: "uses", Ints: values}},
	}
}

func writeTakes(community id.ID, keys []id.ID, values []take) *db.Bulk {
	n := len(keys)
	communities, by, members, parts, at, freed := make([][]byte, n), make([][]byte, n), make([][]byte, n), make([]string, n), make([]int64, n), make([]int64, n)
	for i := range keys {
		b, _ := json.Marshal(values[i].Parts) // ids and numbers: it cannot fail
		communities[i], by[i], members[i], parts[i], at[i], freed[i] = community[:], keys[i][:], values[i].Member[:], string(b), values[i].At, values[i].Freed
	}
	return &db.Bulk{
		Table: "offer_take", Conflict: "ON CONFLICT (community_id, by_id) DO UPDATE SET member_id = excluded.member_id, parts = excluded.parts, taken_at = excluded.taken_at, freed_at = excluded.freed_at",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "by_id", Bytes: by}, {Name: "member_id", Bytes: members}, {Name: "parts", Texts: parts}, {Name: "taken_at", Ints: at}, {Name: "freed_at", Ints: freed}},
	}
}
