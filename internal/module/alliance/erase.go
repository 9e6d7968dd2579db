package alliance

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Mentions reports whether applications of a person lie in a community whose words have
// not been taken away yet.
func (s *Service) Mentions(ctx context.Context, r db.Reader, community, person id.ID) (bool, error) {
	mine, err := s.ApplicationsOf(ctx, r, community, person)
	for _, x := range mine {
		if !x.Erased {
			return true, err
		}
	}
	return false, err
}

// Forget takes away what a person wrote in her applications in tx's community, and ends
// their documents (A7): the caller drops the files. What the community decided stays:
// that there was a bid, and its steps, without a name and without words to her.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, person id.ID) (files []id.ID, err error) {
	defer fault.Wrap(&err, "alliance: forget %s", person)
	mine, err := s.ApplicationsOf(ctx, tx, tx.Community, person)
	if err != nil {
		return nil, err
	}
	for _, x := range mine {
		papers, err := s.Documents(ctx, tx, tx.Community, x.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range papers {
			if err := s.EndDocument(ctx, tx, d.ID, "erased"); err != nil {
				return nil, err
			}
			files = append(files, d.File)
		}
		if _, err := tx.Exec(ctx, `UPDATE alliance_application SET shop_name = '', address = '', lat_e6 = 0, lon_e6 = 0, owner_name = '', licence = '', years = 0, offer_text = '', erased_at = ?
			WHERE community_id = ? AND id = ?`, tx.Now.UnixMicro(), tx.Community[:], x.ID[:]); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "UPDATE alliance_step SET note = '' WHERE community_id = ? AND application_id = ?", tx.Community[:], x.ID[:]); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "UPDATE alliance_document SET name = '' WHERE community_id = ? AND application_id = ?", tx.Community[:], x.ID[:]); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "UPDATE alliance_visit SET note = '' WHERE community_id = ? AND application_id = ?", tx.Community[:], x.ID[:]); err != nil {
			return nil, err
		}
	}
	return files, nil
}
