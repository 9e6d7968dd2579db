package flow

import (
	"context"
	"strconv"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
)

// DrawContract makes the contract of an application that has paid, as a PDF whose hash
// is noted. A contract is in Chinese, whoever asks for it; drawn again it stays the
// first one.
func (f *Flows) DrawContract(ctx context.Context, community id.ID, actor db.Actor, application id.ID) (err error) {
	defer fault.Wrap(&err, "draw a contract")
	var x *alliance.Application
	var a *allied
	var seat id.ID
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if x, err = f.Alliance.ApplicationByID(ctx, r, community, application); err != nil {
			return err
		}
		offers, err := f.Alliance.Offers(ctx, r, community)
		if err != nil {
			return err
		}
		seat = alliance.SeatFor(x, offers)
		a, err = f.rulesOf(ctx, r, community, f.DB.Clock().Now())
		return err
	})
	if err != nil {
		return err
	}
	if x.State() != alliance.Paid {
		return alliance.ErrBadStep.With("state", string(x.State()))
	}
	place, err := f.Communities.ByID(ctx, f.DB, community)
	if err != nil {
		return err
	}
	content, err := contractPaper(i18n.With(ctx, i18n.Zh), place, x, a, period.DayOf(f.DB.Clock().Now(), a.zone))
	if err != nil {
		return err
	}
	file, err := attachment.Document("入席协议.pdf", content)
	if err != nil {
		return err
	}
	return f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		d, err := f.keepPaper(ctx, tx, application, alliance.Contract, file)
		if err != nil {
			return err
		}
		if _, err := f.advance(ctx, tx, a, application, alliance.Contracted, "", 0); err != nil {
			return err
		}
		return f.Alliance.Draw(ctx, tx, alliance.Agreement{Application: application, Seat: seat, Document: d.ID, SHA256: file.Hash, Months: a.SeatTermMonths})
	})
}

// contractPaper writes the contract. Its clause of one seat a trade is the alliance's
// own organisation: for a fixed term, open to bids, without a word on prices and
// without forbidding the shop to sell anywhere (E-commerce Law art. 35, A-19).
func contractPaper(ctx context.Context, place community.Place, x *alliance.Application, a *allied, today period.Day) ([]byte, error) {
	trade, err := a.tree.Find(x.Form.Trade)
	if err != nil {
		return nil, err
	}
	d := paper.New(i18n.T(ctx, "商业联盟入席协议"), i18n.T(ctx, "共益 · %s · 协议编号 %s", place.Name, x.ID.String()[20:]))
	d.Text(i18n.T(ctx, "甲方：%s商业联盟（由平台运营或轮值主席代表确认）", place.Name))
	d.Text(i18n.T(ctx, "乙方：%s，经营者 %s，统一社会信用代码 %s，地址 %s", x.Form.ShopName, x.Form.OwnerName, x.Form.Licence, x.Form.Address))
	for i, clause := range Clauses(ctx, trade.Zh, &a.Alliance) {
		d.Heading(i18n.T(ctx, "第 %s 条　%s", strconv.Itoa(i+1), clause.Title))
		for _, text := range clause.Texts {
			d.Text(text)
		}
	}
	d.Text(i18n.T(ctx, "乙方承诺的专属优惠：%s（约占营业额 %s）", x.Form.OfferText, x.Form.OfferShare.Percent()))
	d.Text(i18n.T(ctx, "生成日期：%s。双方各用自己的登录确认，确认的时间和本文件的哈希写进公开存证。", today.String()))
	return d.Bytes()
}

// Clause is one clause of the contract.
type Clause struct {
	Title string
	Texts []string
}

// yuan writes fen as yuan, for a contract.
func yuan(v money.Amount) string { return v.Decimal(money.CNY) }

// SignContract confirms a contract for a side: the owner with her own sign-in, for the
// alliance the operator or the acting chair. sum is the hash of the text that was shown
// to her. With the second confirmation the shop is admitted and its time begins; what
// both confirmed is written into the evidence.
func (f *Flows) SignContract(ctx context.Context, community id.ID, actor db.Actor, application id.ID, side alliance.Side, role authz.Role, sum [32]byte) (err error) {
	defer fault.Wrap(&err, "sign a contract")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		x, err := f.Alliance.ApplicationByID(ctx, tx, community, application)
		switch {
		case err != nil:
			return err
		case side == alliance.ByOwner && x.Person != actor.ID:
			return alliance.ErrNotYours
		case side == alliance.ByAlliance && x.Person == actor.ID:
			return alliance.ErrSameHand
		case x.State() != alliance.Contracted && x.State() != alliance.Signed:
			return alliance.ErrBadStep.With("state", string(x.State()))
		}
		c, err := f.Alliance.Sign(ctx, tx, application, side, string(role), sum)
		if err != nil {
			return err
		}
		if err := f.attest(ctx, tx, "~contract:"+application.String()+"/"+string(side), map[string]any{"application": application, "side": side, "sha256": sum[:], "role": role}); err != nil {
			return err
		}
		if len(c.Signatures) == 1 {
			_, err = f.advance(ctx, tx, a, application, alliance.Signed, "", 0)
			return err
		}
		return f.admitShop(ctx, tx, a, x, c)
	})
	if err != nil {
		return err
	}
	if err := f.IndexShops(ctx, community); err != nil {
		return err
	}
	return f.GiveOwners(ctx, community)
}
