package demo

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
)

// bureau are who sees to money that leaves: one prepares, two others agree.
type bureau struct{ prepares, agrees, alsoAgrees db.Actor }

func (d *Demo) bureau(ctx context.Context) (b bureau, err error) {
	for n, a := range map[int]*db.Actor{9009: &b.prepares, 9002: &b.agrees, 9001: &b.alsoAgrees} {
		if *a, err = d.worker(ctx, n); err != nil {
			return b, err
		}
	}
	return b, nil
}

// openAccounts notes where the shops and the house are paid.
func (l *together) openAccounts(ctx context.Context) error {
	b, err := l.bureau(ctx)
	if err != nil {
		return err
	}
	shops, err := l.shops(ctx)
	if err != nil {
		return err
	}
	bank := func(kind payout.Owner, owner id.ID, n int, name string) error {
		a, err := l.Flows.AskAccount(ctx, l.at, b.prepares, payout.Account{
			Kind: kind, Owner: owner, Provider: payout.Bank, Number: fmt.Sprintf("62220018%s%08d", l.ref[1:], n), Name: name, Why: "加入联盟时登记",
		})
		if err == nil {
			err = l.Flows.AgreeAccount(ctx, l.at, b.agrees, a.ID)
		}
		return once(err)
	}
	for i, m := range shops {
		if err := bank(payout.OfShop, m.ID, 10_000+i, m.Name); err != nil {
			return err
		}
	}
	return bank(payout.OfPlatform, id.ID{}, 1, "竹溪社区服务中心")
}

// payShops pays a week's takings: prepared, agreed to by two, paid at the bank.
func (l *together) payShops(ctx context.Context) error {
	b, made, err := l.prepareShops(ctx)
	if err != nil || made == nil {
		return err
	}
	for _, who := range []db.Actor{b.agrees, b.alsoAgrees} {
		if _, err := l.Flows.AgreePayout(ctx, l.at, who, made.ID); once(err) != nil {
			return err
		}
	}
	for i, item := range made.Items {
		slip := fmt.Sprintf("ICBC-%s-%03d", l.day, i+1)
		if err := l.Flows.ConfirmPayout(ctx, l.at, b.prepares, item.ID, slip); once(err) != nil {
			return err
		}
	}
	return nil
}

// prepareShops prepares a week's takings, for others to agree to.
func (l *together) prepareShops(ctx context.Context) (b bureau, made *payout.Batch, err error) {
	if b, err = l.bureau(ctx); err != nil {
		return b, nil, err
	}
	follower := l.Flows.Follower()
	for n := 1; n > 0; { // what is paid out is read from what follows the books
		if n, err = follower.Step(ctx, l.at, ledger.FollowParties, 200_000); err != nil {
			return b, nil, err
		}
	}
	made, err = l.Flows.PreparePayout(ctx, l.at, b.prepares, payout.Shops, l.day, fmt.Sprintf("%s 以前的货款", l.day), "demo-payout-"+l.day.String())
	return b, made, once(err)
}

// awaitPayout leaves the latest week's takings for who looks around.
func (l *together) awaitPayout(ctx context.Context) error {
	_, _, err := l.prepareShops(ctx)
	return err
}
