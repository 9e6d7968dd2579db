package merchant

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Names are what some shops are called, the reference where there is no name. It asks
// for those alone: a community may have thousands.
func (s *Service) Names(ctx context.Context, r db.Reader, community id.ID, shops []id.ID) (map[id.ID]string, error) {
	return said(ctx, r, "SELECT id, name, ref FROM merchant", community, shops)
}

// Trades are the industries of some shops.
func (s *Service) Trades(ctx context.Context, r db.Reader, community id.ID, shops []id.ID) (map[id.ID]string, error) {
	return said(ctx, r, "SELECT id, industry, industry_zh FROM merchant", community, shops)
}

// TradeNames are the Chinese names of the industries of a community's shops.
func (s *Service) TradeNames(ctx context.Context, r db.Reader, community id.ID) (_ map[string]string, err error) {
	defer fault.Wrap(&err, "merchant: names of trades")
	names := make(map[string]string)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var trade, name string
		err := rows.Scan(&trade, &name)
		names[trade] = name
		return err
	}, "SELECT DISTINCT industry, industry_zh FROM merchant WHERE community_id = ? AND industry_zh <> ''", community[:])
	return names, err
}

// said reads a text of each shop, the second where there is no first.
func said(ctx context.Context, r db.Reader, from string, community id.ID, shops []id.ID) (_ map[id.ID]string, err error) {
	defer fault.Wrap(&err, "merchant: names")
	all := make(map[id.ID]string, len(shops))
	return all, db.EachSome(shops, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var shop id.ID
			var first, second string
			if err := rows.Scan(&shop, &first, &second); err != nil {
				return err
			}
			if all[shop] = first; first == "" {
				all[shop] = second
			}
			return nil
		}, from+" WHERE community_id = ? AND id IN "+in, args...)
	}, community[:])
}
