package alliance

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Version is one edition of a trade: what it was called, who decided so and why.
type Version struct {
	Trade
	Reason string
	At     time.Time
	By     id.ID
}

// Tree reads the tree of trades.
func (s *Service) Tree(ctx context.Context, r db.Reader) (*Tree, error) {
	all := Seed()
	versions, err := s.Versions(ctx, r, "")
	for _, v := range versions { // the later ones stand behind the earlier ones
		i := slices.IndexFunc(all, func(t Trade) bool { return t.Code == v.Code })
		if i < 0 {
			all = append(all, v.Trade)
		} else {
			all[i] = v.Trade
		}
	}
	return NewTree(all), err
}

// Versions lists the editions of a trade that operators made, of every trade if code
// is "", the oldest first.
func (s *Service) Versions(ctx context.Context, r db.Reader, code string) (all []Version, err error) {
	var rows []struct {
		Code    string `db:"code"`
		Version int    `db:"version"`
		Parent  string `db:"parent"`
		Zh      string `db:"name_zh"`
		En      string `db:"name_en"`
		Need    Need   `db:"need"`
		Rivals  bool   `db:"rivals"`
		Retired bool   `db:"retired"`
		Reason  string `db:"reason"`
		At      int64  `db:"changed_at"`
		By      id.ID  `db:"changed_by"`
	}
	err = db.All(ctx, r, &rows, `SELECT code, version, parent, name_zh, name_en, need, rivals, retired, reason, changed_at, changed_by
		FROM alliance_trade WHERE community_id = ? AND (code = ? OR ? = '') ORDER BY changed_at, code, version`, id.Tilde[:], code, code)
	for _, x := range rows {
		all = append(all, Version{Trade: Trade{x.Code, x.Parent, x.Zh, x.En, x.Need, x.Rivals, x.Retired, x.Version}, Reason: x.Reason, At: micros(x.At), By: x.By})
	}
	return all, err
}

// ChangeTrade adds a trade or makes the next edition of one; editions are kept. A
// trade with others under it cannot be retired. tx belongs to "~".
func (s *Service) ChangeTrade(ctx context.Context, tx *db.Tx, t Trade, add bool, reason string) (_ Trade, err error) {
	defer fault.Wrap(&err, "alliance: change trade %s", t.Code)
	tree, err := s.Tree(ctx, tx)
	if err != nil {
		return t, err
	}
	if err := tree.admits(t, add); err != nil {
		return t, err
	}
	if err := reasoned(reason); err != nil {
		return t, err
	}
	t.Version = 1
	if old := tree.byCode[t.Code]; old != nil {
		t.Version = old.Version + 1
	}
	_, err = tx.Exec(ctx, `INSERT INTO alliance_trade (community_id, code, version, parent, name_zh, name_en, need, rivals, retired, reason, changed_at, changed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.Tilde[:], t.Code, t.Version, t.Parent, t.Zh, t.En, string(t.Need), t.Rivals, t.Retired, reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return t, err
}

// admits refuses a trade that the tree cannot hold.
func (t *Tree) admits(x Trade, add bool) error {
	old := t.byCode[x.Code]
	switch {
	case !codeForm.MatchString(x.Code) || len(x.Code) > 40:
		return ErrBadCode.On("code")
	case add && old != nil:
		return ErrTradeExists.On("code").With("name", old.Zh)
	case !add && old == nil:
		return ErrNoTrade.On("code")
	case x.Zh == "" || !plain(x.Zh, 20):
		return ErrBadTradeName.On("name_zh")
	case x.En == "" || !plain(x.En, 40):
		return ErrBadTradeName.On("name_en")
	case x.Need != NoNeed && !slices.Contains(Needs, x.Need):
		return ErrBadNeed.On("need")
	case x.Parent != "" && t.byCode[x.Parent] == nil, slices.ContainsFunc(t.path(x.Parent), func(up *Trade) bool { return up.Code == x.Code }):
		return ErrBadParent.On("parent")
	case x.Retired && slices.ContainsFunc(t.below[x.Code], func(y *Trade) bool { return !y.Retired }):
		return ErrTradeLeaves.On("code")
	case old != nil && *old == (Trade{x.Code, x.Parent, x.Zh, x.En, x.Need, x.Rivals, x.Retired, old.Version}):
		return ErrTradeSame
	}
	return nil
}

// Unknown is a shop whose trade the tree does not know: somebody has to say which of
// its trades it is, or add one.
type Unknown struct {
	Merchant id.ID  `db:"merchant_id"`
	Code     string `db:"code"` // as the file or the register calls it
	Zh       string `db:"name_zh"`
	At       int64  `db:"noted_at"` // microseconds
}

// NoteUnknown notes a shop of tx's community whose trade is not known; noted once.
func (s *Service) NoteUnknown(ctx context.Context, tx *db.Tx, u Unknown) error {
	_, err := tx.Exec(ctx, "INSERT INTO alliance_unknown (community_id, merchant_id, code, name_zh, noted_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, merchant_id) DO NOTHING",
		tx.Community[:], u.Merchant[:], u.Code, u.Zh, tx.Now.UnixMicro())
	return err
}

// Unknowns lists the shops of a community that wait for a trade, the oldest first.
func (s *Service) Unknowns(ctx context.Context, r db.Reader, community id.ID) (all []Unknown, err error) {
	err = db.All(ctx, r, &all, `SELECT u.merchant_id, u.code, u.name_zh, u.noted_at FROM alliance_unknown u
		LEFT JOIN alliance_unknown_end e ON e.community_id = u.community_id AND e.merchant_id = u.merchant_id
		WHERE u.community_id = ? AND e.ended_at IS NULL ORDER BY u.noted_at, u.merchant_id`, community[:])
	return all, err
}

// AssignTrade says which trade of the tree a shop of tx's community has, whatever its
// register calls it; the last word counts, all are kept.
func (s *Service) AssignTrade(ctx context.Context, tx *db.Tx, tree *Tree, merchant id.ID, code, reason string) (err error) {
	defer fault.Wrap(&err, "alliance: trade of shop %s", merchant)
	t, err := tree.Find(code)
	if err != nil {
		return err
	}
	if t.Retired {
		return ErrTradeRetired.On("trade").With("name", t.Zh)
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	key := tx.NewID()
	if _, err := tx.Exec(ctx, "INSERT INTO alliance_shop_trade (community_id, merchant_id, id, code, reason, assigned_at, assigned_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], merchant[:], key[:], code, reason, tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO alliance_unknown_end (community_id, merchant_id, code, ended_at, ended_by)
		SELECT community_id, merchant_id, ?, ?, ? FROM alliance_unknown WHERE community_id = ? AND merchant_id = ? ON CONFLICT (community_id, merchant_id) DO NOTHING`,
		code, tx.Now.UnixMicro(), tx.Actor.ID, tx.Community[:], merchant[:])
	return err
}

// Assigned are the trades that were said of shops, by shop; the others have the trade
// that their register names.
func (s *Service) Assigned(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]string, error) {
	var rows []struct {
		Merchant id.ID  `db:"merchant_id"`
		Code     string `db:"code"`
	}
	err := db.All(ctx, r, &rows, "SELECT merchant_id, code FROM alliance_shop_trade WHERE community_id = ? ORDER BY assigned_at, id", community[:])
	of := make(map[id.ID]string, len(rows))
	for _, x := range rows {
		of[x.Merchant] = x.Code
	}
	return of, err
}
