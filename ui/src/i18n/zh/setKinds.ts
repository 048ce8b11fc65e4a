/** 规则的种类 */
export default {
  limits: '限值',
  needs: '测量和照片要求',
  faults: '故障与配件',
  steps: '服务步骤与话术',
  emergency: '紧急话术',
  surcharges: '附加费与限时',
  prices: '指导价',
  settlement: '结算价',
  warranty: '保修政策',
  promises: '时效承诺与额度',
  numbers: '投诉电话',
  replies: '回单与短信',
  pieces: '计件',
  places: '品牌与乡镇',
  crew: '证件与等级',
  reminders: '提醒与合同',
};
